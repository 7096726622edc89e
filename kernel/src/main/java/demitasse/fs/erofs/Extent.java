package demitasse.fs.erofs;

/** A piece of a file that stands in one piece in the image; or a hole. */
final class Extent {
    /** An address in memory; 0 for a hole. */
    long address;
    long lengthBytes;
}
