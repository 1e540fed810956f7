package api

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/vuelto/vuelto/pkg/door"
	"github.com/vuelto/vuelto/pkg/flow/request"
	"github.com/vuelto/vuelto/pkg/identity"
	"github.com/vuelto/vuelto/pkg/store"
)

// ClaimPath is where a buyer's link leads: the token is behind it.
const ClaimPath = "/claim/"

// maxForm bounds what a buyer's form may send.
const maxForm = 16 << 10

// An invitation for which a merchant asks holds from an hour to thirty days.
const (
	defaultInvitation = 168
	maxInvitation     = 720
)

type invitationRequest struct {
	ExpiresInHours *int64 `json:"expires_in_hours"`
}

type invitationAnswer struct {
	URL       string `json:"url"`
	ExpiresAt string `json:"expires_at"`
}

// invite gives the link by which a buyer tells what is missing of them.
func (s *Server) invite(r *http.Request, c request.Caller) (any, error) {
	raw, err := read(r)
	if err != nil {
		return nil, err
	}
	var q invitationRequest
	if len(raw) > 0 {
		if err := decode(raw, &q); err != nil {
			return nil, err
		}
	}
	hours := int64(defaultInvitation)
	if q.ExpiresInHours != nil {
		hours = *q.ExpiresInHours
	}
	var f faults
	f.check(hours >= 1 && hours <= maxInvitation, "field_invalid", "/expires_in_hours", fmt.Sprintf("must be from 1 to %d", maxInvitation))
	if err := f.err(); err != nil {
		return nil, err
	}
	token, until, err := s.Requester.Invite(r.Context(), c, r.PathValue("id"), time.Duration(hours)*time.Hour)
	if err != nil {
		return nil, err
	}
	return invitationAnswer{URL: s.base(r) + ClaimPath + token, ExpiresAt: stamp(until)}, nil
}

// claim shows a buyer the form that their link leads to, and takes it. There is no key and no session: the link says who
// may, so that another site has nothing to ride on; what comes from another site is refused all the same.
func (s *Server) claim(w http.ResponseWriter, r *http.Request) {
	c, v, err := s.invited(r)
	if err != nil {
		s.turnAway(w, r, c.Merchant.Name, err)
		return
	}
	form := claimForm{shop: c.Merchant.Name, asked: v}
	if r.Method != http.MethodPost {
		form.show(w, http.StatusOK)
		return
	}
	if form.sent, err = s.sent(r, v); err == nil {
		var told identity.Person
		if told, form.faults = readClaim(form.sent, v); len(form.faults) == 0 {
			err = s.told(r, c, v, told, &form)
		}
	}
	switch {
	case err != nil:
		s.turnAway(w, r, c.Merchant.Name, err)
	case len(form.faults) > 0:
		form.show(w, http.StatusUnprocessableEntity)
	default:
		say(w, http.StatusOK, "Recibimos sus datos", "Gracias. "+form.shop+" ya los tiene y su dinero sigue su camino. Le avisaremos cuando esté listo. Puede cerrar esta página.")
	}
}

// invited finds what a link asks, and in whose name.
func (s *Server) invited(r *http.Request) (request.Caller, request.Invited, error) {
	v, err := s.Requester.Read(r.Context(), r.PathValue("token"))
	c := request.Caller{}
	if v.Invitation.Tenant == "" {
		return c, v, err
	}
	m, err2 := s.Directory.Merchant(r.Context(), v.Invitation.Tenant)
	if err2 != nil {
		return c, v, err2
	}
	c.Merchant = m
	if err != nil {
		return c, v, err
	}
	v, err = s.Requester.Ask(r.Context(), c, v)
	return c, v, err
}

var (
	errElsewhere = errors.New("sent from another site")
	errForm      = errors.New("no form of ours")
)

// sent reads a form. Each one that is sent is counted, whatever is in it.
func (s *Server) sent(r *http.Request, v request.Invited) (url.Values, error) {
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		return nil, errElsewhere
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	raw, err := io.ReadAll(io.LimitReader(r.Body, maxForm+1))
	if err != nil || len(raw) > maxForm || kind != "application/x-www-form-urlencoded" {
		return nil, errForm
	}
	form, err := url.ParseQuery(string(raw))
	if err != nil {
		return nil, errForm
	}
	return form, s.Requester.Try(r.Context(), v)
}

// told hands over what a buyer told, and notes what the provider still wants.
func (s *Server) told(r *http.Request, c request.Caller, v request.Invited, told identity.Person, form *claimForm) error {
	lacks, err := s.Requester.Told(r.Context(), c, v, told)
	if errors.Is(err, request.ErrDocument) {
		lacks, err = []identity.Field{identity.FieldDocumentNumber}, nil
	}
	for _, f := range lacks {
		form.faults = append(form.faults, claimFault{f, "Con este dato no se puede pagar. Revíselo o use otro."})
	}
	return err
}

// turnAway says what to do instead. The link stays out of the log: who has it can answer it.
func (s *Server) turnAway(w http.ResponseWriter, r *http.Request, shop string, err error) {
	ask := "Pida un enlace nuevo a la tienda."
	if shop != "" {
		ask = "Pida un enlace nuevo a " + shop + "."
	}
	for _, x := range []struct {
		err         error
		status      int
		title, text string
	}{
		{request.ErrInvitation, http.StatusNotFound, "Este enlace no es válido", "Ábralo otra vez desde el mensaje que recibió y revise que esté completo. Si no funciona, escriba a la tienda donde compró."},
		{request.ErrInvitationUsed, http.StatusGone, "Este enlace ya se usó", "Los datos ya fueron recibidos, o ya no hacen falta. Si usted no los envió, avise hoy mismo a la tienda."},
		{request.ErrInvitationOver, http.StatusGone, "Este enlace venció", "Su dinero sigue reservado. " + ask},
		{request.ErrInvitationTooMany, http.StatusTooManyRequests, "Demasiados intentos", "Por seguridad este enlace ya no recibe datos. " + ask},
		{errElsewhere, http.StatusForbidden, "No se envió", "Abra el enlace desde el mensaje que recibió y llene el formulario en esa misma página."},
		{errForm, http.StatusBadRequest, "No se pudo leer", "Vuelva al formulario y envíelo otra vez."},
		{request.ErrBusy, http.StatusConflict, "Inténtelo otra vez", "Alguien revisa su reembolso en este momento. Espere un minuto y envíe el formulario de nuevo."},
		{store.ErrBusy, http.StatusConflict, "Inténtelo otra vez", "Espere un minuto y envíe el formulario de nuevo."},
	} {
		if errors.Is(err, x.err) {
			say(w, x.status, x.title, x.text)
			return
		}
	}
	s.Log.ErrorContext(r.Context(), "request failed", "request_id", door.RequestID(r), "path", strings.TrimSuffix(ClaimPath, "/"), "error", err)
	say(w, http.StatusInternalServerError, "Algo falló de nuestro lado", "No se guardó nada. Espere un minuto e inténtelo otra vez.")
}
