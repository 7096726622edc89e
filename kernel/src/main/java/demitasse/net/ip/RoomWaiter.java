package demitasse.net.ip;

/** A sender of much whose device was full: it is told, once for each time it asked, when there is room again. */
public abstract class RoomWaiter {
    RoomWaiter next;
    boolean waiting;

    /** The device takes packets again; who does not get all of them away asks again. */
    public abstract void roomAgain();
}
