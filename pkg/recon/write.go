package recon

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// outputs are the files of one run, written beside their names until all of them are whole.
type outputs struct {
	dir   string
	made  bool // the directory was not there before
	files []*os.File
	names []string
}

func newOutputs(dir string) (*outputs, error) {
	_, err := os.Stat(dir)
	o := &outputs{dir: dir, made: errors.Is(err, os.ErrNotExist)}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	return o, nil
}

// write one file by its final name.
func (o *outputs) write(name string, fill func(w io.Writer) error) error {
	file, err := os.CreateTemp(o.dir, "."+name+".*")
	if err != nil {
		return err
	}
	o.files, o.names = append(o.files, file), append(o.names, name)
	w := bufio.NewWriterSize(file, 64<<10)
	if err := fill(w); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := w.Flush(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := file.Chmod(0o644); err != nil {
		return err
	}
	return file.Close()
}

// publish gives every file its name.
func (o *outputs) publish() error {
	for len(o.files) > 0 {
		if err := os.Rename(o.files[0].Name(), filepath.Join(o.dir, o.names[0])); err != nil {
			return err
		}
		o.files, o.names, o.made = o.files[1:], o.names[1:], false
	}
	return nil
}

// discard removes what has not been published.
func (o *outputs) discard() {
	for _, f := range o.files {
		_ = f.Close()
		_ = os.Remove(f.Name())
	}
	if o.made {
		_ = os.Remove(o.dir)
	}
}

// Result is a run whose outputs are written but not published yet.
type Result struct {
	Summary *Summary
	outputs *outputs
}

// Publish writes the summary and puts all outputs into their directory. Nothing is there before.
func (r *Result) Publish() error {
	err := r.outputs.write("summary.json", func(w io.Writer) error {
		text, err := r.Summary.JSON()
		if err == nil {
			_, err = w.Write(text)
		}
		return err
	})
	if err != nil {
		return err
	}
	return r.outputs.publish()
}

// Discard removes what Publish has not put in place.
func (r *Result) Discard() { r.outputs.discard() }

// write the tables of a run.
func (r *run) write(t *tally) (*Result, error) {
	o, err := newOutputs(r.Out)
	if err != nil {
		return nil, err
	}
	result := &Result{Summary: r.summary(t), outputs: o}
	if err := r.tables(o, result.Summary); err != nil {
		result.Discard()
		return nil, err
	}
	return result, nil
}

func (r *run) tables(o *outputs, s *Summary) error {
	err := o.write("breaks.csv", func(w io.Writer) error { return table(w, breaksHeader, r.breakOrder, r.breaks) })
	if err == nil && r.Matches {
		err = o.write("matches.csv", func(w io.Writer) error { return table(w, matchesHeader, r.matchOrder, r.matches) })
	}
	if err == nil && r.Report {
		err = o.write("report.xlsx", func(w io.Writer) error { return r.report(w, o.files[0].Name(), s.Shown, s.Totals) })
	}
	return err
}

func table(w io.Writer, header string, lines *order, workers []*sorted) error {
	if _, err := io.WriteString(w, header); err != nil {
		return err
	}
	return lines.each(workers, func(text []byte) error {
		_, err := w.Write(text)
		return err
	})
}
