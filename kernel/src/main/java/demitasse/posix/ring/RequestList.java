package demitasse.posix.ring;

/** Requests in flight, in the order they began and by what the program calls them; the request is the node. */
final class RequestList {
    private static final int BUCKETS = 256;

    private final RingRequest[] buckets = new RingRequest[BUCKETS];
    private RingRequest first;
    private RingRequest last;

    RingRequest first() {
        return first;
    }

    void add(RingRequest request) {
        request.previousActive = last;
        request.nextActive = null;
        if (last == null) {
            first = request;
        } else {
            last.nextActive = request;
        }
        last = request;
        request.listed = true;
        int bucket = bucketOf(request.userData());
        request.nextInBucket = buckets[bucket];
        buckets[bucket] = request;
    }

    /** Nothing happens to one that is not on the list. */
    void remove(RingRequest request) {
        if (!request.listed) {
            return;
        }
        request.listed = false;
        leaveBucket(request);
        if (request.previousActive == null) {
            first = request.nextActive;
        } else {
            request.previousActive.nextActive = request.nextActive;
        }
        if (request.nextActive == null) {
            last = request.previousActive;
        } else {
            request.nextActive.previousActive = request.previousActive;
        }
    }

    /** A request that a key matches which names it; null for none. */
    RingRequest find(RequestKey key) {
        RingRequest one = buckets[bucketOf(key.userData())];
        RingRequest oldest = null;
        while (one != null) {
            // The oldest stands last.
            oldest = key.matches(one) ? one : oldest;
            one = one.nextInBucket;
        }
        return oldest;
    }

    private void leaveBucket(RingRequest request) {
        int bucket = bucketOf(request.userData());
        RingRequest before = null;
        for (RingRequest one = buckets[bucket]; one != request; one = one.nextInBucket) {
            before = one;
        }
        if (before == null) {
            buckets[bucket] = request.nextInBucket;
        } else {
            before.nextInBucket = request.nextInBucket;
        }
        request.nextInBucket = null;
    }

    private static int bucketOf(long userData) {
        long hash = userData * 0x9e37_79b9_7f4a_7c15L;
        return (int) (hash >>> 56);
    }
}
