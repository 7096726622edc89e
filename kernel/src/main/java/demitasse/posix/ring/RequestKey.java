package demitasse.posix.ring;

import demitasse.vfs.FileHandle;

/**
 * Which requests IORING_OP_ASYNC_CANCEL and its relatives mean, io_uring_prep_cancel(3).
 *
 * @param userData what the request was submitted with, unless {@code file} is given or any request is meant
 * @param file the file it works on; null for any
 * @param kind one of {@link RingRequest}'s KIND_*; KIND_ANY for all but timeouts that guard others
 */
public record RequestKey(long userData, FileHandle file, boolean any, int kind) {
    boolean matches(RingRequest request) {
        boolean meant = kind == RingRequest.KIND_ANY
                ? request.kind() != RingRequest.KIND_LINK_TIMEOUT && request.kind() != RingRequest.KIND_DONE
                : kind == request.kind();
        if (!meant) {
            return false;
        }
        return any || (file != null ? request.file() == file : request.userData() == userData);
    }
}
