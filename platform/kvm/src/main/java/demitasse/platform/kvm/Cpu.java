package demitasse.platform.kvm;

import org.teavm.interop.Import;
import org.teavm.interop.Unmanaged;
import org.teavm.interop.c.Include;

/** What Java imports from the C side; each is explained in {@code kvm.h} and the file it stands in. */
@Include(value = "kvm.h", isSystem = false)
final class Cpu {
    private Cpu() {
    }

    @Unmanaged
    @Import(name = "kvm_run")
    static native int run(long context);

    @Unmanaged
    @Import(name = "kvm_take_interrupts")
    static native long takeInterrupts();

    @Unmanaged
    @Import(name = "kvm_route")
    static native void route(int pin, int line);

    @Unmanaged
    @Import(name = "kvm_message_vector")
    static native int messageVector(int line);

    @Unmanaged
    @Import(name = "kvm_out32")
    static native void out32(int port, int value);

    @Unmanaged
    @Import(name = "kvm_in32")
    static native int in32(int port);

    @Unmanaged
    @Import(name = "kvm_context_bytes")
    static native int contextBytes();

    @Import(name = "kvm_has_base_instructions")
    @Unmanaged
    static native int hasBaseInstructions();

    @Unmanaged
    @Import(name = "kvm_save_vector")
    static native void saveVector(long context);

    @Unmanaged
    @Import(name = "kvm_forget_vector")
    static native void forgetVector(long context);

    @Unmanaged
    @Import(name = "kvm_load_debug_registers")
    static native void loadDebugRegisters(long place0, long place1, long place2, long place3, long control);

    @Unmanaged
    @Import(name = "kvm_take_debug_status")
    static native long takeDebugStatus();

    @Unmanaged
    @Import(name = "kvm_monotonic")
    static native long monotonicNs();

    @Unmanaged
    @Import(name = "kvm_realtime")
    static native long realtimeNs();

    @Unmanaged
    @Import(name = "kvm_set_realtime")
    static native void setRealtime(long nowNs);

    @Unmanaged
    @Import(name = "kvm_alarm")
    static native void alarm(long deadlineNs);

    @Unmanaged
    @Import(name = "kvm_idle")
    static native void idle(long deadlineNs);

    @Unmanaged
    @Import(name = "kvm_fill_vdso")
    static native void fillVdso(long page);

    @Unmanaged
    @Import(name = "kvm_vdso_start")
    static native long vdsoStart();

    @Unmanaged
    @Import(name = "kvm_vdso_end")
    static native long vdsoEnd();

    @Unmanaged
    @Import(name = "kvm_start_info")
    static native long startInfo();

    @Unmanaged
    @Import(name = "kvm_taken_start")
    static native long takenStart();

    @Unmanaged
    @Import(name = "kvm_taken_end")
    static native long takenEnd();

    @Unmanaged
    @Import(name = "kvm_memory_is_zero")
    static native int memoryIsZero();

    @Unmanaged
    @Import(name = "kvm_page_table")
    static native long pageTable();

    @Unmanaged
    @Import(name = "kvm_map_device")
    static native void mapDevice(long physical);

    @Unmanaged
    @Import(name = "kvm_refuse_memory")
    static native void refuseMemory();

    @Unmanaged
    @Import(name = "kvm_serial_present")
    static native int serialPresent();

    @Unmanaged
    @Import(name = "kvm_serial_write")
    static native void serialWrite(long address, int lengthBytes);

    @Unmanaged
    @Import(name = "kvm_serial_read")
    static native int serialRead();

    @Unmanaged
    @Import(name = "kvm_shutdown")
    static native void shutdown(int status, int quiet);

    @Unmanaged
    @Import(name = "kvm_note_task")
    static native void noteTask(int task, long nameAddress);

    @Unmanaged
    @Import(name = "kvm_entropy")
    static native long entropy();

    @Unmanaged
    @Import(name = "kvm_load_page_table")
    static native void loadPageTable(long physical);

    @Unmanaged
    @Import(name = "kvm_loaded_page_table")
    static native long loadedPageTable();

    @Unmanaged
    @Import(name = "kvm_invalidate")
    static native void invalidate(long address);
}
