package demitasse.platform.linux;

import org.teavm.interop.Import;
import org.teavm.interop.Unmanaged;
import org.teavm.interop.c.Include;

/** The C side of this platform, see linux.h. */
@Include(value = "linux.h", isSystem = false)
final class Host implements HostMappings {
    @Import(name = "linux_ram_address")
    @Unmanaged
    static native long ramAddress();

    @Import(name = "linux_ram_bytes")
    @Unmanaged
    static native long ramBytes();

    @Import(name = "linux_image_address")
    @Unmanaged
    static native long imageAddress();

    @Import(name = "linux_image_bytes")
    @Unmanaged
    static native long imageBytes();

    @Import(name = "linux_command_line_address")
    @Unmanaged
    static native long commandLineAddress();

    @Import(name = "linux_command_line_bytes")
    @Unmanaged
    static native long commandLineBytes();

    @Import(name = "linux_vdso_clock_gettime")
    @Unmanaged
    static native long vdsoClockGettime();

    @Import(name = "linux_vdso_image")
    @Unmanaged
    static native long vdsoImage();

    @Import(name = "linux_vdso_image_bytes")
    @Unmanaged
    static native int vdsoImageBytes();

    @Import(name = "linux_context_bytes")
    @Unmanaged
    static native long contextBytes();

    @Import(name = "linux_entry_address")
    @Unmanaged
    static native long entryAddress();

    @Import(name = "linux_run")
    @Unmanaged
    static native int run(long context);

    @Import(name = "linux_save_vector")
    @Unmanaged
    static native void saveVector(long context);

    @Import(name = "linux_forget_vector")
    @Unmanaged
    static native void forgetVector(long context);

    @Import(name = "linux_take_interrupts")
    @Unmanaged
    static native long takeInterrupts();

    @Import(name = "linux_take_host_signal")
    @Unmanaged
    static native int takeHostSignal();

    @Import(name = "linux_monotonic_ns")
    @Unmanaged
    static native long monotonicNs();

    @Import(name = "linux_realtime_ns")
    @Unmanaged
    static native long realtimeNs();

    @Import(name = "linux_alarm")
    @Unmanaged
    static native void alarm(long deadlineNs);

    @Import(name = "linux_idle_until")
    @Unmanaged
    static native void idleUntil(long deadlineNs);

    @Import(name = "linux_entropy")
    @Unmanaged
    static native long entropy();

    @Import(name = "linux_exit")
    @Unmanaged
    static native void exit(int status);

    @Import(name = "linux_write")
    @Unmanaged
    static native int write(int stream, long address, int lengthBytes);

    @Import(name = "linux_read")
    @Unmanaged
    static native int read(long address, int lengthBytes);

    @Import(name = "linux_terminal_size")
    @Unmanaged
    static native int terminalSize();

    @Import(name = "linux_net_kind")
    @Unmanaged
    static native int netKind();

    @Import(name = "linux_net_address")
    @Unmanaged
    static native long netAddress();

    @Import(name = "linux_net_mtu_bytes")
    @Unmanaged
    static native int netMtuBytes();

    @Import(name = "linux_tap_write")
    @Unmanaged
    static native int tapWrite(long address, int lengthBytes);

    @Import(name = "linux_tap_cuts_datagrams")
    @Unmanaged
    static native int tapCutsDatagrams();

    @Import(name = "linux_tap_gather")
    @Unmanaged
    static native int tapGather(long vectorAddress, int count);

    @Import(name = "linux_tap_read")
    @Unmanaged
    static native int tapRead(long address, int lengthBytes);

    @Import(name = "linux_net_send")
    @Unmanaged
    static native int netSend(long address, int lengthBytes);

    @Import(name = "linux_net_receive")
    @Unmanaged
    static native int netReceive(long address, int lengthBytes);

    @Import(name = "linux_pcap_is_open")
    @Unmanaged
    static native int pcapIsOpen();

    @Import(name = "linux_pcap")
    @Unmanaged
    static native void pcap(long address, int lengthBytes);

    @Import(name = "linux_log")
    @Unmanaged
    static native void log(long address, int lengthBytes);

    @Import(name = "linux_trace")
    @Unmanaged
    static native void trace(long address, int lengthBytes);

    @Import(name = "linux_note_task")
    @Unmanaged
    static native void noteTask(int task, long nameAddress);

    @Import(name = "linux_prepare_ram")
    @Unmanaged
    static native void prepareRam(long address, long lengthBytes);

    @Import(name = "linux_release_ram")
    @Unmanaged
    static native int releaseRam(long offset, long lengthBytes);

    @Import(name = "linux_start_process")
    @Unmanaged
    private static native int startProcessCall(int number);

    @Import(name = "linux_enter_process")
    @Unmanaged
    private static native void enterProcessCall(int number);

    @Import(name = "linux_map_ram")
    @Unmanaged
    private static native int mapRamCall(long address, long lengthBytes, int protection, long offset);

    @Import(name = "linux_map_image")
    @Unmanaged
    private static native int mapImageCall(long address, long lengthBytes, int protection, long offset);

    @Import(name = "linux_exchange_pages")
    @Unmanaged
    private static native void exchangePages(long one, long two);

    @Import(name = "linux_protect")
    @Unmanaged
    private static native int protectCall(long address, long lengthBytes, int protection);

    @Import(name = "linux_unmap")
    @Unmanaged
    private static native int unmapCall(long address, long lengthBytes);

    @Override
    public boolean startProcess(int number) {
        return startProcessCall(number) == 0;
    }

    @Override
    public void enterProcess(int number) {
        enterProcessCall(number);
    }

    @Override
    public int mapRam(long address, long lengthBytes, int protection, long offset) {
        return mapRamCall(address, lengthBytes, protection, offset);
    }

    @Override
    public int mapImage(long address, long lengthBytes, int protection, long offset) {
        return mapImageCall(address, lengthBytes, protection, offset);
    }

    @Override
    public int protect(long address, long lengthBytes, int protection) {
        return protectCall(address, lengthBytes, protection);
    }

    @Override
    public int unmap(long address, long lengthBytes) {
        return unmapCall(address, lengthBytes);
    }

    @Override
    public void exchange(long one, long two) {
        exchangePages(one, two);
    }
}
