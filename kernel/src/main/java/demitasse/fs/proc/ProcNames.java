package demitasse.fs.proc;

import demitasse.base.memory.Text;
import demitasse.vfs.Name;

/** Names on their way to a directory listing: one place in kernel memory that each new name overwrites. */
final class ProcNames {
    private final long address;
    private final int capacityBytes;
    private final Text text = new Text();
    private final Name name = new Name();

    ProcNames(long address, int capacityBytes) {
        this.address = address;
        this.capacityBytes = capacityBytes;
    }

    Name of(String constant) {
        text.set(address, capacityBytes).add(constant);
        return finish();
    }

    Name of(long number) {
        text.set(address, capacityBytes).number(number);
        return finish();
    }

    /** A longer text, which {@link #finish} turns into a name. */
    Text begin() {
        return text.set(address, capacityBytes);
    }

    Name finish() {
        name.set(address, text.length());
        return name;
    }
}
