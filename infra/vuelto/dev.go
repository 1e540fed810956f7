package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/vuelto/vuelto/pkg/sim"
)

func devCommand() *cobra.Command {
	var port int
	var template, level string
	cmd := &cobra.Command{
		Use:   "dev",
		Short: "Run the whole bundle on this machine, with simulated providers",
		Long: `Runs every function with in-memory storage and queues against simulated providers, on 127.0.0.1 only.
The sandbox under /_sandbox plays the buyer and the providers. Ctrl-C ends it; nothing is kept.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return dev(cmd.Context(), port, template, level) },
	}
	cmd.Flags().IntVar(&port, "port", defaultPort(), "port on 127.0.0.1; the PORT variable sets the default")
	cmd.Flags().StringVar(&template, "template", "template.yaml", "the SAM template whose queues and schedules run")
	cmd.Flags().StringVar(&level, "log", "warn", "what to log on stderr: debug, info, warn or error")
	return cmd
}

func defaultPort() int {
	if p, err := strconv.Atoi(os.Getenv("PORT")); err == nil {
		return p
	}
	return 8080
}

// readTemplate reads the template that a flag names. Error: with what to do about it.
func readTemplate(file string) (sim.Template, error) {
	t, err := sim.ReadTemplate(file)
	if errors.Is(err, fs.ErrNotExist) {
		return t, fmt.Errorf("%w: run it from the repository's root, or name the template with --template", err)
	}
	return t, err
}

func dev(ctx context.Context, port int, templateFile, level string) error {
	template, err := readTemplate(templateFile)
	if err != nil {
		return err
	}
	var l slog.Level
	if err := l.UnmarshalText([]byte(level)); err != nil {
		return fmt.Errorf("--log %q: use debug, info, warn or error", level)
	}
	listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return fmt.Errorf("port %d is not free (%w): stop what uses it, or choose another: make run PORT=8081", port, err)
	}
	base := "http://" + listener.Addr().String()
	server, err := sim.NewServer(sim.Options{Seed: uint64(time.Now().UnixNano()), Template: template, BaseURL: base,
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: l}))}, time.Now)
	if err != nil {
		return err
	}
	go server.Run(ctx)
	web := &http.Server{Handler: server, ReadHeaderTimeout: 10 * time.Second}
	fmt.Print(sim.Greeting(base))
	go func() {
		<-ctx.Done()
		_ = web.Close()
	}()
	if err := web.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
