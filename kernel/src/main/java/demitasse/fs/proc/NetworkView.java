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

    void write(int kind, Text out);
}
