/* Carries the vDSO's file in whole pages. Not Java: Java has no place for a file in the image. */
    .section .rodata
    .align 4096
    .globl vdso_image, vdso_image_end
vdso_image:
    .incbin "vdso.so"
vdso_image_end:
    .align 4096
    .section .note.GNU-stack, "", @progbits
