package epayco

import "github.com/vuelto/vuelto/pkg/provider"

// Words are the states of a transaction, by their number in the plug-in's table, and the code of codes.go.
func Words() provider.Words {
	return Codes().Words(provider.Words{
		"1":  {ES: "aceptada", EN: "accepted", ZH: "已接受"},
		"2":  {ES: "rechazada", EN: "rejected", ZH: "已拒绝"},
		"3":  {ES: "pendiente", EN: "pending", ZH: "待处理"},
		"4":  {ES: "fallida", EN: "failed", ZH: "失败"},
		"6":  {ES: "reversada", EN: "reversed", ZH: "已冲正"},
		"7":  {ES: "retenida", EN: "held", ZH: "已暂扣"},
		"10": {ES: "abandonada", EN: "abandoned", ZH: "已放弃"},
		"11": {ES: "cancelada: sin efecto", EN: "cancelled", ZH: "已取消"},

		"Invalid client": {ES: "llaves rechazadas", ZH: "密钥被拒绝"},
	})
}
