package demitasse.platform.sim;

/** User code of the simulator. */
public interface Program {
    /** Runs until it returns, which is exit_group(0), or until it makes a call that does not return. */
    void run(UserMode user);
}
