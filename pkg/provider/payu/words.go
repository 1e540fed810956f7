package payu

import "github.com/vuelto/vuelto/pkg/provider"

// Words are the states of transactions and of payouts, and the codes of codes.go.
func Words() provider.Words {
	return append(Codes(), VoucherCodes()...).Words(provider.Words{
		"PENDING":   {ES: "pendiente", EN: "pending", ZH: "待处理"},
		"SUBMITTED": {ES: "enviada", EN: "submitted", ZH: "已提交"},
		"APPROVED":  {ES: "aprobada", EN: "approved", ZH: "已批准"},
		"DECLINED":  {ES: "rechazada", ZH: "已拒绝"},
		"EXPIRED":   {ES: "vencida", EN: "expired", ZH: "已过期"},
		"ERROR":     {ES: "la transacción no se procesó", ZH: "交易未被处理"},

		"SUCCESS":                     {ES: "el pago a terceros fue creado", EN: "the payout was created", ZH: "付款已创建"},
		"FAILED":                      {ES: "el pago a terceros no se pudo crear", ZH: "付款未能创建"},
		"REQUEST_BY_THE_MERCHANT":     {ES: "solicitado por el comercio", EN: "requested by the merchant", ZH: "商户已申请"},
		"IN_VALIDATION":               {ES: "en validación", EN: "being validated", ZH: "校验中"},
		"IN_PAYU_PROCESS":             {ES: "en proceso en PayU", EN: "in process at PayU", ZH: "PayU 处理中"},
		"AWAITING_BANK_SENT":          {ES: "por enviar al banco", EN: "about to be sent to the bank", ZH: "待发送银行"},
		"IN_BANKING_PROCESS":          {ES: "en proceso en el banco", EN: "in process at the bank", ZH: "银行处理中"},
		"CONFIRMED_BY_THE_BANK":       {ES: "confirmado por el banco", EN: "confirmed by the bank", ZH: "银行已确认"},
		"REJECTED":                    {ES: "rechazado", EN: "rejected", ZH: "已拒绝"},
		"AWAITING_SANCTION_SCREENING": {ES: "en revisión de listas restrictivas", EN: "being screened against sanctions lists", ZH: "制裁名单筛查中"},
		"AWAITING_FOR_SENT":           {ES: "por enviar", EN: "about to be sent", ZH: "待发送"},
		"SENT_TO_CREATE":              {ES: "enviado para crearse", EN: "sent to be created", ZH: "已发送待创建"},
		"CREATED":                     {ES: "creado", EN: "created", ZH: "已创建"},
		"PROCESSING_COMPLETED":        {ES: "procesado, sin confirmación del banco", EN: "processed, not confirmed by the bank", ZH: "已处理，银行未确认"},
		"AWAITING_TO_CANCEL":          {ES: "por cancelar", EN: "about to be cancelled", ZH: "待取消"},
		"SENT_FOR_CANCELLATION":       {ES: "enviado para cancelarse", EN: "sent to be cancelled", ZH: "已发送取消"},
		"CANCELLATION_FAILED":         {ES: "no se pudo cancelar", EN: "could not be cancelled", ZH: "取消失败"},
	})
}
