package demitasse.posix.file;

import static demitasse.base.error.Errno.ENOMEM;

import demitasse.base.memory.Buffer;
import demitasse.vfs.ControlMemory;

/** Requests of ioctl(2), with the values of asm-generic/ioctls.h. */
public final class Ioctls {
    public static final int TCGETS = 0x5401;
    public static final int TCSETS = 0x5402;
    public static final int TCSETSW = 0x5403;
    public static final int TCSETSF = 0x5404;
    public static final int TCGETA = 0x5405;
    public static final int TCSETA = 0x5406;
    public static final int TCSETAW = 0x5407;
    public static final int TCSETAF = 0x5408;
    public static final int TCSBRK = 0x5409;
    public static final int TCXONC = 0x540a;
    public static final int TCFLSH = 0x540b;
    public static final int TIOCEXCL = 0x540c;
    public static final int TIOCNXCL = 0x540d;
    public static final int TIOCSCTTY = 0x540e;
    public static final int TIOCGPGRP = 0x540f;
    public static final int TIOCSPGRP = 0x5410;
    public static final int TIOCOUTQ = 0x5411;
    public static final int TIOCSTI = 0x5412;
    public static final int TIOCGLCKTRMIOS = 0x5456;
    public static final int TIOCSLCKTRMIOS = 0x5457;
    public static final int TIOCGWINSZ = 0x5413;
    public static final int TIOCSWINSZ = 0x5414;
    public static final int FIBMAP = 1;
    public static final int FIGETBSZ = 2;
    public static final int FS_IOC_GETFLAGS = 0x8008_6601;
    public static final int FS_IOC_SETFLAGS = 0x4008_6602;
    /** FS_IOC_FIEMAP: where the bytes of a file lie on its disk. */
    public static final int FIEMAP = 0xc020_660b;
    public static final int FIONREAD = 0x541b;
    public static final int SIOCATMARK = 0x8905;
    public static final int TIOCPKT = 0x5420;
    public static final int FIONBIO = 0x5421;
    public static final int TIOCNOTTY = 0x5422;
    public static final int TIOCSETD = 0x5423;
    public static final int TIOCGETD = 0x5424;
    public static final int TCSBRKP = 0x5425;
    public static final int TIOCGSID = 0x5429;
    public static final int TIOCGPTPEER = 0x5441;
    public static final int TIOCGPTN = 0x80045430;
    public static final int TIOCSPTLCK = 0x40045431;
    public static final int TIOCSIG = 0x40045436;
    public static final int TIOCGPKT = 0x80045438;
    public static final int TIOCGPTLCK = 0x80045439;
    public static final int TIOCGEXCL = 0x80045440;
    public static final int FIONCLEX = 0x5450;
    public static final int FIOCLEX = 0x5451;
    public static final int FIOASYNC = 0x5452;
    public static final int FIOSETOWN = 0x8901;
    public static final int SIOCSPGRP = 0x8902;
    public static final int FIOGETOWN = 0x8903;
    public static final int SIOCGPGRP = 0x8904;
    public static final int SIOCGSTAMP = 0x8906;
    public static final int SIOCGSTAMPNS = 0x8907;
    /** As above, of programs whose time has 64 bits everywhere. */
    public static final int SIOCGSTAMP_NEW = 0x8010_8906;
    public static final int SIOCGSTAMPNS_NEW = 0x8010_8907;
    public static final int SIOCGIFNAME = 0x8910;
    public static final int SIOCGIFCONF = 0x8912;
    public static final int SIOCGIFFLAGS = 0x8913;
    public static final int SIOCSIFFLAGS = 0x8914;
    public static final int SIOCGIFADDR = 0x8915;
    /** The other end of a point-to-point link; of others the own address, as Linux keeps both alike. */
    public static final int SIOCGIFDSTADDR = 0x8917;
    public static final int SIOCGIFBRDADDR = 0x8919;
    public static final int SIOCGIFNETMASK = 0x891b;
    public static final int SIOCGIFMETRIC = 0x891d;
    public static final int SIOCGIFMTU = 0x8921;
    public static final int SIOCSIFMTU = 0x8922;
    public static final int SIOCGIFHWADDR = 0x8927;
    public static final int SIOCGIFINDEX = 0x8933;
    public static final int SIOCGIFTXQLEN = 0x8942;
    public static final int SIOCETHTOOL = 0x8946;
    public static final int TCGETS2 = 0x802c542a;
    public static final int TCSETS2 = 0x402c542b;
    public static final int TCSETSW2 = 0x402c542c;
    public static final int TCSETSF2 = 0x402c542d;

    private Ioctls() {
    }

    /** Stores an int where the argument of a request points: 0, -EFAULT or -ENOMEM. */
    public static int answerInt(Files files, int value, long argument, ControlMemory user) {
        Buffer word = files.word();
        if (word == null) {
            return -ENOMEM;
        }
        word.putInt(0, value);
        return user.copyOut(word.address(), argument, Integer.BYTES);
    }
}
