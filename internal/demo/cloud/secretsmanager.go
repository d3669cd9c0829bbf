package cloud

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Secret is one of Secrets Manager: Text or Binary.
type Secret struct {
	Text      string
	Binary    []byte
	Deleted   bool // marked for deletion
	NoDecrypt bool // its key refuses whoever asks
	Broken    bool // its key cannot decrypt it
}

// The labels of a secret's versions.
const (
	stageCurrent  = "AWSCURRENT"
	stagePrevious = "AWSPREVIOUS"
)

// PutSecret makes a secret of the caller's own account, or rotates it: what
// was current is the previous version then.
func (s *Server) PutSecret(region, name string, secret Secret) {
	s.secrets.put(shelfKey{region, name}, secret, s.options.Now())
}

type secretValueOut struct {
	ARN, Name     string
	VersionID     string `json:"VersionId"`
	CreatedDate   float64
	SecretString  *string `json:",omitempty"`
	SecretBinary  []byte  `json:",omitempty"`
	VersionStages []string
}

// suffix is what AWS puts behind a secret's name in its ARN.
const suffix = "-a1b2c3"

func (s *Server) getSecretValue(q *request) (any, *apiError) {
	var in struct {
		SecretID     string `json:"SecretId"`
		VersionStage string
	}
	if problem := q.arguments(&in); problem != nil {
		return nil, problem
	}
	name := s.ownName(q, in.SecretID, "secretsmanager", "secret:")
	if name != in.SecretID { // an ARN may be given whole, or without what AWS put behind the name
		name = strings.TrimSuffix(name, suffix)
	}
	kept := s.secrets.taken(shelfKey{q.region, name})
	if len(kept.of) == 0 {
		return nil, invalid("ResourceNotFoundException", "Secrets Manager can't find the specified secret.")
	}
	stage, version := cmp.Or(in.VersionStage, stageCurrent), len(kept.of)-1
	if stage == stagePrevious {
		version--
	}
	if version < 0 || !slices.Contains([]string{stageCurrent, stagePrevious}, stage) {
		return nil, invalid("ResourceNotFoundException", "Secrets Manager can't find the specified secret value for staging label: %s", stage)
	}
	secret := kept.of[version]
	switch {
	case secret.Deleted:
		return nil, invalid("InvalidRequestException", "You can't perform this operation on the secret because it was marked for deletion.")
	case secret.NoDecrypt:
		return nil, &apiError{Status: http.StatusBadRequest, Code: "AccessDeniedException", Message: "Access to KMS is not allowed"}
	case secret.Broken:
		return nil, invalid("DecryptionFailure", "Secrets Manager can't decrypt the protected secret text using the provided KMS key.")
	}
	out := secretValueOut{
		ARN: s.regional(q, "secretsmanager", "secret:"+name+suffix), Name: name, VersionID: fmt.Sprintf("00000000-0000-4000-8000-%012x", version),
		CreatedDate: float64(kept.at[version].Unix()), SecretBinary: secret.Binary, VersionStages: []string{stage},
	}
	if secret.Binary == nil {
		out.SecretString = &secret.Text
	}
	return out, nil
}
