/* Carries the vDSO's file in whole pages. Not Java: Java has no place for a file in the image. */
        .section .rodata
        .balign 4096
        .globl  vdso_image, vdso_image_end
vdso_image:
        .incbin "vdso.so"
        .balign 4096
vdso_image_end:
        .section .note.GNU-stack, "", @progbits
