package kushki

import "github.com/vuelto/vuelto/pkg/provider"

// Words are the statuses of a transaction, and the codes of codes.go with the one that proves nothing.
func Words() provider.Words {
	return Codes().Words(provider.Words{
		"initializedTransaction": {ES: "iniciada", EN: "begun", ZH: "已发起"},
		"approvedTransaction":    {ES: "aprobada", EN: "approved", ZH: "已批准"},
		"declinedTransaction":    {ES: "rechazada", EN: "declined", ZH: "已拒绝"},
		"expiredTransaction":     {ES: "vencida", EN: "expired", ZH: "已过期"},

		"C001": {ES: "falta un dato o es incorrecto", ZH: "缺少数据或数据有误"},
		"C002": {ES: "error inesperado de Kushki", EN: "an unexpected error at Kushki", ZH: "Kushki 意外错误"},
		"C003": {ES: "el token no es válido", ZH: "令牌无效"},
		"C004": {ES: "identificador de comercio rechazado", ZH: "商户标识被拒绝"},
	})
}
