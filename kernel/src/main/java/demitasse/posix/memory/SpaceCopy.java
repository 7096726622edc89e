package demitasse.posix.memory;

import demitasse.alloc.Pages;

/**
 * What fork(2) copies of an address space: all mappings but those of MADV_DONTFORK, and all pages but those of
 * MADV_WIPEONFORK, madvise(2). Pages of private mappings lose the permission to write on both sides; who writes first
 * gets a copy.
 */
final class SpaceCopy {
    private final UserSpace source;
    private final UserSpace target;
    private final HotPages hotPages;

    /** @param target of the same layout, with nothing in it */
    SpaceCopy(UserSpace source, UserSpace target, HotPages hotPages) {
        this.source = source;
        this.target = target;
        this.hotPages = hotPages;
    }

    /** False when memory has not lasted: then a part is there. */
    boolean copy() {
        target.limits().copyFrom(source.limits());
        target.heap().copyFrom(source.heap());
        target.program().copyFrom(source.program());
        Mappings mappings = source.mappings();
        for (int i = 0; i < mappings.count(); i++) {
            Mapping mapping = mappings.at(i);
            if (mapping.has(Mapping.NOT_FORKED)) {
                continue;
            }
            target.insertApart(mapping.twin(target.resident()));
            if (!mapping.has(Mapping.WIPED_ON_FORK) && !copyPages(mapping)) {
                return false;
            }
        }
        return true;
    }

    private boolean copyPages(Mapping mapping) {
        ResidentPages resident = source.resident();
        if (mapping.isShared()) {
            return resident.copyTo(target.resident(), mapping.start, mapping.end, false);
        }
        long start = mapping.start;
        for (int i = hotPages.indexFrom(start); hotPages.at(i) < mapping.end; i++) {
            long hot = hotPages.at(i);
            if (resident.duplicate(target.resident(), hot)) {
                if (!resident.copyTo(target.resident(), start, hot, true)) {
                    return false;
                }
                start = hot + Pages.PAGE_BYTES;
            }
        }
        return resident.copyTo(target.resident(), start, mapping.end, true);
    }
}
