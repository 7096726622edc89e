package demitasse.fs.proc;

import demitasse.base.memory.Text;

/** What procfs tells of the network, proc(5): the texts below /proc/net. */
public interface NetworkView {
    int DEVICES = 0;
    int ROUTES = 1;
    int IPV6_ADDRESSES = 2;
    int TCP = 3;
    int TCP6 = 4;
    int UDP = 5;
    int UDP6 = 6;
    int RAW = 7;
    int RAW6 = 8;
    int ICMP = 9;
    int ICMP6 = 10;
    int UNIX = 11;
    int PACKET = 12;
    int NETLINK = 13;
    int NEIGHBOURS = 14;
    int COUNTERS = 15;
    int MORE_COUNTERS = 16;
    int IN_USE = 17;
    int COUNTERS6 = 18;
    int IN_USE6 = 19;
    int ROUTES6 = 20;

    void write(int kind, Text out);
}
