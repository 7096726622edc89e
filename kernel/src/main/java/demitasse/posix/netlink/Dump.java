package demitasse.posix.netlink;

/** A table on its way to a reader, some entries at a time. */
abstract class Dump {
    final int sequence;
    final int port;
    /** Entries that have been handed out. */
    private int done;
    private int seen;
    private boolean onlyOne;

    Dump(NetlinkRequest request, int port) {
        sequence = request.sequence();
        this.port = port;
    }

    /** Writes what fits from where it stopped; true at the end of the table. */
    final boolean writeMore(NetlinkWriter out) {
        seen = 0;
        return write(out);
    }

    /** Goes through the table: each entry asks {@link #isDue} and, if so, is written and {@link #finish}ed. */
    abstract boolean write(NetlinkWriter out);

    final boolean isDue() {
        return (!onlyOne || done == 0) && seen++ == done;
    }

    /** For a request that is none for a dump: its answer is one message. */
    final void stopAfterOne() {
        onlyOne = true;
    }

    /** Ends the message of an entry; false when it did not fit: the walk ends and answers false. */
    final boolean finish(NetlinkWriter out) {
        boolean fits = out.finish();
        done += fits ? 1 : 0;
        return fits;
    }

    final void begin(NetlinkWriter out, int type) {
        out.begin(type, onlyOne ? 0 : NetlinkRequest.F_MULTI, sequence, port);
    }
}
