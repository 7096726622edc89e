package demitasse.platform.linux;

import static demitasse.base.error.Errno.EACCES;

import demitasse.machine.AddressSpace;

/** What the host process has mapped below USER_END: the pages of one address space, the active one. */
final class Mapped {
    private final HostMappings host;
    private final LinuxMemory memory;
    private LinuxAddressSpace active;

    Mapped(HostMappings host, LinuxMemory memory) {
        this.host = host;
        this.memory = memory;
    }

    LinuxAddressSpace active() {
        return active;
    }

    /** Removes what was mapped; the new address space maps its own pages. */
    void replace(LinuxAddressSpace next) {
        host.unmap(AddressSpace.USER_START, AddressSpace.USER_END - AddressSpace.USER_START);
        active = next;
    }

    int map(long address, long lengthBytes, int protection, long frame) {
        if (memory.isRam(frame)) {
            return host.mapRam(address, lengthBytes, protection, frame - memory.ramAddress());
        }
        return (protection & AddressSpace.WRITE) != 0
                ? -EACCES : host.mapImage(address, lengthBytes, protection, frame - memory.initrdAddress());
    }

    int protect(long address, long lengthBytes, int protection) {
        return host.protect(address, lengthBytes, protection);
    }

    void unmap(long address, long lengthBytes) {
        host.unmap(address, lengthBytes);
    }
}
