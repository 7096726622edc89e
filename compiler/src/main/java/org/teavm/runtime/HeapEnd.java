package org.teavm.runtime;

import org.teavm.interop.StaticInit;
import org.teavm.interop.Unmanaged;

/** In TeaVM's package, because it reads what only that may: where the collector allocates next. */
@Unmanaged
@StaticInit
public final class HeapEnd {
    private HeapEnd() {
    }

    /**
     * What stands in the place of {@code GC.fixHeap}: makes what is left of the current chunk a free chunk, so that a
     * collection can walk over it. TeaVM's own does that even when nothing is left, and destroys the next object.
     */
    public static void fix() {
        FreeChunk chunk = GC.currentChunk;
        long left = GC.currentChunkLimit.toLong() - chunk.toAddress().toLong();
        if (left > 0) {
            chunk.classReference = 0;
            chunk.size = (int) left;
        }
    }
}
