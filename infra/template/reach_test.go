package template_test

import (
	"go/ast"
	"go/constant"
	"go/types"
	"maps"
	"slices"
	"strings"
)

// reach is what one function can reach: rapid type analysis over our own packages. A function is reached when it is
// mentioned by one that is; a method behind an interface when the interface's is, and its type is made somewhere.
// What the standard library calls back is ServeHTTP. It errs by finding too much, never too little.
type reach struct {
	p       *program
	linked  map[string]bool
	bodies  map[*types.Func]body
	seen    map[*types.Func]bool
	made    map[*types.Named]bool
	virtual map[*types.Func]bool // methods of interfaces that are called
	todo    []node
}

type body struct {
	in   *pack
	node ast.Node
}

type node struct {
	in   *pack
	node ast.Node
}

// from follows everything that starting the function's main may run.
func (p *program) from(function string) *reach {
	path := module + "functions/" + function
	r := &reach{p: p, linked: map[string]bool{path: true}, bodies: map[*types.Func]body{}, seen: map[*types.Func]bool{},
		made: map[*types.Named]bool{}, virtual: map[*types.Func]bool{}}
	for _, dep := range p.ours[path].Deps {
		r.linked[dep] = true
	}
	for _, name := range p.order {
		if r.linked[name] {
			r.declare(p.ours[name], name == path)
		}
	}
	for len(r.todo) > 0 {
		n := r.todo[0]
		r.todo = r.todo[1:]
		r.visit(n)
	}
	return r
}

// declare notes the bodies of a package, and queues what runs at its start.
func (r *reach) declare(k *pack, main bool) {
	for _, f := range k.files {
		for _, d := range f.Decls {
			switch d := d.(type) {
			case *ast.GenDecl:
				r.todo = append(r.todo, vars(k, d)...)
			case *ast.FuncDecl:
				fn, _ := k.info.Defs[d.Name].(*types.Func)
				if d.Body == nil || fn == nil {
					continue
				}
				r.bodies[fn] = body{k, d.Body}
				if d.Recv == nil && (d.Name.Name == "init" || main && d.Name.Name == "main") {
					r.todo = append(r.todo, node{k, d.Body})
				}
			}
		}
	}
}

func vars(k *pack, d *ast.GenDecl) (nodes []node) {
	for _, s := range d.Specs {
		if v, ok := s.(*ast.ValueSpec); ok {
			for _, value := range v.Values {
				nodes = append(nodes, node{k, value})
			}
		}
	}
	return nodes
}

func (r *reach) visit(n node) {
	ast.Inspect(n.node, func(x ast.Node) bool {
		switch x := x.(type) {
		case *ast.Ident:
			switch o := n.in.info.Uses[x].(type) {
			case *types.Func:
				r.mention(o.Origin())
			case *types.TypeName:
				r.make(o.Type())
			}
		case *ast.CompositeLit:
			r.make(n.in.info.Types[x].Type)
		}
		return true
	})
}

func (r *reach) mention(f *types.Func) {
	if r.seen[f] {
		return
	}
	r.seen[f] = true
	if recv := f.Signature().Recv(); recv != nil && types.IsInterface(recv.Type()) {
		r.virtual[f] = true
		for t := range r.made {
			r.dispatch(t, f)
		}
		return
	}
	if b, ok := r.bodies[f]; ok {
		r.todo = append(r.todo, node(b))
	}
}

// make notes a type of ours, and those its fields hold, as existing.
func (r *reach) make(t types.Type) {
	switch t := types.Unalias(t).(type) {
	case *types.Pointer:
		r.make(t.Elem())
		return
	case *types.Named:
		if t.Obj().Pkg() == nil || !strings.HasPrefix(t.Obj().Pkg().Path()+"/", module) || r.made[t] || types.IsInterface(t) {
			return
		}
		r.made[t] = true
		for f := range r.virtual {
			r.dispatch(t, f)
		}
		if m := method(t, "ServeHTTP"); m != nil {
			r.mention(m.Origin())
		}
		if s, ok := t.Underlying().(*types.Struct); ok {
			for i := range s.NumFields() {
				r.make(s.Field(i).Type())
			}
		}
	}
}

func (r *reach) dispatch(t *types.Named, f *types.Func) {
	iface, ok := f.Signature().Recv().Type().Underlying().(*types.Interface)
	if !ok || !types.Implements(types.NewPointer(t), iface) {
		return
	}
	if m := method(t, f.Name()); m != nil {
		r.mention(m.Origin())
	}
}

func method(t *types.Named, name string) *types.Func {
	o, _, _ := types.LookupFieldOrMethod(types.NewPointer(t), true, t.Obj().Pkg(), name)
	m, _ := o.(*types.Func)
	return m
}

// calls says whether an interface's or package's function is reached: "pkg/provider.Doer.Do".
func (r *reach) calls(name string) bool {
	for f := range r.seen {
		if full(f) == name {
			return true
		}
	}
	return false
}

func full(f *types.Func) string {
	if f.Pkg() == nil {
		return f.Name()
	}
	name := strings.TrimPrefix(f.Pkg().Path(), module) + "."
	if recv := f.Signature().Recv(); recv != nil {
		t := recv.Type()
		if p, ok := t.(*types.Pointer); ok {
			t = p.Elem()
		}
		if n, ok := types.Unalias(t).(*types.Named); ok {
			name += n.Obj().Name() + "."
		}
	}
	return name + f.Name()
}

// actions are the IAM actions of the SDK calls that are reached: methods of our own interfaces over a client.
func (r *reach) actions() []string {
	found := map[string]bool{}
	for f := range r.virtual {
		s := f.Signature()
		if s.Params().Len() < 2 {
			continue
		}
		input, ok := s.Params().At(1).Type().(*types.Pointer)
		if !ok {
			continue
		}
		named, ok := input.Elem().(*types.Named)
		if !ok || named.Obj().Pkg() == nil {
			continue
		}
		service, ok := strings.CutPrefix(named.Obj().Pkg().Path(), sdk)
		if ok {
			found[action(service, f.Name())] = true
		}
	}
	if r.locks() { // a put that says until when is authorised as two
		found["s3:PutObjectRetention"] = true
	}
	if r.misses() {
		found["s3:ListBucket"] = true
	}
	return slices.Sorted(maps.Keys(found))
}

// misses says whether code is reached to which a file that is not there is an answer. Whoever may not list a bucket is told 403 instead
// of 404: https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
func (r *reach) misses() (found bool) {
	for f := range r.seen {
		b, ok := r.bodies[f]
		if !ok || strings.HasPrefix(f.Pkg().Path(), module+"pkg/aws/") {
			continue
		}
		ast.Inspect(b.node, func(x ast.Node) bool {
			if id, ok := x.(*ast.Ident); ok {
				o := b.in.info.Uses[id]
				found = found || o != nil && o.Name() == "ErrNotFound" && o.Pkg() != nil && o.Pkg().Path() == module+"pkg/file"
			}
			return true
		})
	}
	return found
}

// locks says whether a put under Object Lock is reached.
func (r *reach) locks() (found bool) {
	r.literals(sdk+"s3.PutObjectInput", func(_ *pack, c *ast.CompositeLit) {
		found = found || field(c, "ObjectLockRetainUntilDate") != nil
	})
	return found
}

// action: a transaction is authorised by its parts, and ours are all updates (TestTransactionsAreMadeOfUpdates).
func action(service, call string) string {
	if service+":"+call == "dynamodb:TransactWriteItems" {
		call = "UpdateItem"
	}
	if service+":"+call == "s3:CopyObject" { // reads one object and puts another: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html
		call = "PutObject"
	}
	if service == "sesv2" { // the second version of its API has the first one's actions
		service = "ses"
	}
	return service + ":" + call
}

// literals visits every composite literal of a type of ours in what is reached.
func (r *reach) literals(typeName string, each func(*pack, *ast.CompositeLit)) {
	for f := range r.seen {
		if b, ok := r.bodies[f]; ok {
			literals(b.in, b.node, typeName, each)
		}
	}
}

func literals(in *pack, at ast.Node, typeName string, each func(*pack, *ast.CompositeLit)) {
	ast.Inspect(at, func(x ast.Node) bool {
		c, ok := x.(*ast.CompositeLit)
		if !ok {
			return true
		}
		if n, ok := types.Unalias(in.info.Types[c].Type).(*types.Named); ok && n.Obj().Pkg() != nil &&
			strings.TrimPrefix(n.Obj().Pkg().Path(), module)+"."+n.Obj().Name() == typeName {
			each(in, c)
		}
		return true
	})
}

// field is the expression of a literal's field; nil if it is left out.
func field(c *ast.CompositeLit, name string) ast.Expr {
	for _, e := range c.Elts {
		if kv, ok := e.(*ast.KeyValueExpr); ok {
			if k, ok := kv.Key.(*ast.Ident); ok && k.Name == name {
				return kv.Value
			}
		}
	}
	return nil
}

// text is the value of a constant string; "" if it is none.
func text(in *pack, e ast.Expr) string {
	if v := in.info.Types[e].Value; v != nil && v.Kind() == constant.String {
		return constant.StringVal(v)
	}
	return ""
}
