package demitasse.fs.proc;

import static demitasse.base.error.Errno.EINVAL;
import static demitasse.base.error.Errno.ENOMEM;

import demitasse.alloc.Pages;
import demitasse.base.annotation.ColdPath;
import demitasse.base.memory.Text;
import demitasse.vfs.FileHandle;
import demitasse.vfs.Inode;
import demitasse.vfs.Path;
import demitasse.vfs.Transfer;

/** An open text of procfs: made anew whenever it is read from its start. */
final class TextHandle extends FileHandle {
    private static final int SEEK_SET = 0;
    private static final int SEEK_CUR = 1;
    private static final int PAGE_BYTES = 4096;
    /** Texts are cut at 4 MiB. */
    private static final int ORDER_MAX = 10;
    /** What a program may write at once. */
    private static final int WRITE_BYTES_MAX = 1024;

    private final TextFile file;
    private final Content content;
    private final Object opener;
    private long buffer;
    private int order;
    private int length = -1;
    private long position;

    TextHandle(TextFile file, Content content, int flags, Path path) {
        super(flags, path);
        this.file = file;
        this.content = content;
        opener = content.opener();
    }

    @Override
    public Inode inode() {
        return file;
    }

    @Override
    public long read(Transfer target, long offset) {
        long place = offset == CURRENT ? position : offset;
        if (place == 0 || length < 0) {
            int made = make();
            if (made < 0) {
                return made;
            }
        }
        if (place >= length) {
            return 0;
        }
        long n = target.put(buffer + place, length - place);
        if (n > 0 && offset == CURRENT) {
            position += n;
        }
        return n;
    }

    @Override
    @ColdPath("settings are rarely written")
    public long write(Transfer source, long offset) {
        if (buffer == Pages.NONE && !allocate(0)) {
            return -ENOMEM;
        }
        length = -1;
        long n = source.take(buffer, Math.min(source.remaining(), WRITE_BYTES_MAX));
        return n < 0 ? n : accept((int) n);
    }

    @ColdPath("settings are changed rarely")
    private int accept(int lengthBytes) {
        return content.accept(opener, buffer, lengthBytes);
    }

    @Override
    public long seek(long offset, int whence) {
        long place = whence == SEEK_CUR ? position + offset : offset;
        if (whence != SEEK_SET && whence != SEEK_CUR || place < 0) {
            return -EINVAL;
        }
        position = place;
        return place;
    }

    @Override
    protected void released() {
        free();
    }

    /** Writes the text down, in a larger buffer if it has become longer. */
    @ColdPath("only a read from the start makes the text")
    private int make() {
        Text text = file.fileSystem.text();
        int wanted = order;
        // There is none, not even an old one, until this one is whole: its memory may go and no other be there.
        length = -1;
        while (true) {
            if ((buffer == Pages.NONE || wanted > order) && !allocate(wanted)) {
                return -ENOMEM;
            }
            text.set(buffer, PAGE_BYTES << order);
            int result = content.write(text);
            if (result < 0) {
                return result;
            }
            if (!text.isTruncated() || order == ORDER_MAX) {
                length = text.length();
                return 0;
            }
            wanted = order;
            while (PAGE_BYTES << wanted < text.neededBytes() && wanted < ORDER_MAX) {
                wanted++;
            }
        }
    }

    private boolean allocate(int newOrder) {
        free();
        order = newOrder;
        buffer = file.fileSystem.pages().allocate(newOrder);
        return buffer != Pages.NONE;
    }

    private void free() {
        if (buffer != Pages.NONE) {
            file.fileSystem.pages().releaseRun(buffer, 1L << order);
            buffer = Pages.NONE;
        }
    }
}
