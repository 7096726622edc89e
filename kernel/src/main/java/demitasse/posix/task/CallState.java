package demitasse.posix.task;

/** What a handler keeps in {@link Call#state} and must undo when the call ends, such as registrations on queues. */
public interface CallState {
    /** The call has ended or its task has died; may be called when there is nothing to undo. */
    void dropped();
}
