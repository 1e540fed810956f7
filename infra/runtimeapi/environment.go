package runtimeapi

import "regexp"

// Environment is what a stack gives a function, with every queue that a template names; nobody listens at its endpoints.
func Environment(api *API, template []byte) []string {
	env := []string{"AWS_LAMBDA_RUNTIME_API=" + api.Address(), "AWS_LAMBDA_FUNCTION_NAME=f", "AWS_REGION=sa-east-1", "AWS_ACCESS_KEY_ID=A",
		"AWS_SECRET_ACCESS_KEY=S", "AWS_ENDPOINT_URL=http://127.0.0.1:1", "VUELTO_MODE=test", "VUELTO_TABLE=t", "VUELTO_BUCKET=b", "VUELTO_SETTLEMENT_BUCKET=b",
		"VUELTO_MAIL_FROM=off", "VUELTO_MAIL_SET=notices", "VUELTO_SMS=off", "VUELTO_SITE=https://vuelto.example"}
	for _, queue := range regexp.MustCompile(`VUELTO_QUEUE_[A-Z_]+`).FindAllString(string(template), -1) {
		env = append(env, queue+"=q")
	}
	return env
}
