package demitasse.net.ip;

/** A sender whose device was full, or who waits for the end of a turn: it is told, once for each time it asked. */
public abstract class RoomWaiter {
    RoomWaiter next;
    boolean waiting;

    /** The device takes packets again, and the clock has been read; who does not get all of them away asks again. */
    public abstract void roomAgain();
}
