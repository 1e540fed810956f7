#include "textflag.h"

// func indexWide(to *uint32, text *byte, groups int, from uint32) int
//
// Each round marks the commas and line ends among 64 bytes as bits of AX, writes the places of the lowest eight whether they
// are there or not, and of any more one after the other.
TEXT ·indexWide(SB), NOSPLIT, $0-40
	MOVQ to+0(FP), DI
	MOVQ text+8(FP), SI
	MOVQ groups+16(FP), CX
	MOVL from+24(FP), R8
	MOVQ $0x2c2c2c2c2c2c2c2c, AX // commas
	MOVQ AX, X0
	VPBROADCASTQ X0, Y0
	MOVQ $0x0a0a0a0a0a0a0a0a, AX // line ends
	MOVQ AX, X1
	VPBROADCASTQ X1, Y1

group:
	VMOVDQU (SI), Y2
	VMOVDQU 32(SI), Y3
	VPCMPEQB Y0, Y2, Y4
	VPCMPEQB Y1, Y2, Y5
	VPCMPEQB Y0, Y3, Y6
	VPCMPEQB Y1, Y3, Y7
	VPOR Y4, Y5, Y4
	VPOR Y6, Y7, Y6
	VPMOVMSKB Y4, AX
	VPMOVMSKB Y6, DX
	SHLQ $32, DX
	ORQ DX, AX
	POPCNTQ AX, R10
	LEAQ (DI)(R10*4), R9 // behind the last one

#define PLACE(offset) \
	TZCNTQ AX, BX; \
	BLSRQ AX, AX; \
	ADDL R8, BX; \
	MOVL BX, offset(DI)

	PLACE(0)
	PLACE(4)
	PLACE(8)
	PLACE(12)
	PLACE(16)
	PLACE(20)
	PLACE(24)
	PLACE(28)
	TESTQ AX, AX
	JZ done
	ADDQ $32, DI

more:
	PLACE(0)
	ADDQ $4, DI
	TESTQ AX, AX
	JNZ more

done:
	MOVQ R9, DI
	ADDL $64, R8
	ADDQ $64, SI
	DECQ CX
	JNZ group
	VZEROUPPER
	SUBQ to+0(FP), DI
	SHRQ $2, DI
	MOVQ DI, ret+32(FP)
	RET
