package demitasse.posix.terminal;

import static demitasse.base.error.Errno.EAGAIN;
import static demitasse.base.error.Errno.ENOTTY;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import demitasse.base.collect.Ref;
import demitasse.base.memory.Buffer;
import demitasse.posix.file.FileMachine;
import demitasse.posix.file.Ioctls;
import demitasse.sched.wait.Events;
import demitasse.vfs.FileHandle;
import demitasse.vfs.OpenFlags;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalTest {
    private static final int LFLAG = 12;
    private static final int OFLAG = 4;
    private static final int CC = 17;

    private FileMachine machine;
    private ConsoleFiles console;
    private FileHandle tty;
    private final List<String> signals = new ArrayList<>();

    @BeforeEach
    void open() {
        machine = new FileMachine();
        machine.console.resize(24, 80);
        console = new ConsoleFiles(machine.files, machine.console, 7, new Nobody(signals));
        Ref<FileHandle> out = new Ref<>();
        console.openTerminal(new Node(), OpenFlags.O_RDWR, null, out);
        signals.clear();
        tty = out.value;
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(textBlock = """
            a line,             'abc\\r',             'abc\\n',    'abc\\r\\n'
            erase,              'abX\\x7fc\\r',       'abc\\n',    'abX\\b \\bc\\r\\n'
            erase of nothing,   '\\x7fa\\r',          'a\\n',      'a\\r\\n'
            kill,               'junk\\x15ok\\r',     'ok\\n',     'junk\\b \\b\\b \\b\\b \\b\\b \\bok\\r\\n'
            word erase,         'one two\\x17x\\r',   'one x\\n',  'one two\\b \\b\\b \\b\\b \\bx\\r\\n'
            literal next,       '\\x16\\x03\\r',      '\\x03\\n',  '^\\b^C\\r\\n'
            control is shown,   '\\x01\\r',           '\\x01\\n',  '^A\\r\\n'
            erase of control,   '\\x01\\x7fa\\r',     'a\\n',      '^A\\b \\b\\b \\ba\\r\\n'
            end of file,        'ab\\x04',            'ab',        'ab'
            two-byte character, 'ä\\x7fo\\r',         'o\\n',      'ä\\b \\bo\\r\\n'
            """)
    void lineIsEdited(String name, String typed, String read, String shown) {
        type(unescape(typed));
        assertEquals(unescape(read), machine.read(tty, 100));
        assertEquals(unescape(shown), machine.console.output());
    }

    @Test
    void incompleteLineIsNotReadable() {
        type("abc");
        assertEquals(-EAGAIN, machine.tryRead(tty, 100));
        assertEquals(Events.OUT, tty.readiness());
        type("\r");
        assertEquals(Events.IN | Events.OUT, tty.readiness());
    }

    @Test
    void readTakesOneLine() {
        type("one\rtwo\r");
        assertEquals("on", machine.read(tty, 2));
        assertEquals("e\n", machine.read(tty, 100));
        assertEquals("two\n", machine.read(tty, 100));
    }

    @Test
    void endOfFileOnAnEmptyLineReadsNothingOnce() {
        type("\4x\r");
        assertEquals("", machine.read(tty, 10));
        assertEquals("x\n", machine.read(tty, 10));
    }

    @Test
    void endOfFileBehindAFullReadIsNotReadTwice() {
        type("abc\4");
        assertEquals("abc", machine.read(tty, 3));
        assertEquals(-EAGAIN, machine.tryRead(tty, 3));
    }

    @Test
    void interruptKeySignalsTheForegroundAndDropsTheLine() {
        machine.files.word().putInt(0, 42);
        assertEquals(0, tty.control(Ioctls.TIOCSPGRP, machine.files.word().address(), machine));
        type("abc\3\r");
        assertEquals(List.of("42:2"), signals);
        assertEquals("\n", machine.read(tty, 10));
        assertTrue(machine.console.output().endsWith("^C\r\n"));
    }

    @Test
    void rawModePassesEverything() {
        change(LFLAG, 0);
        type("\3\r\4");
        assertEquals("\3\n\4", machine.read(tty, 10));
        assertEquals("", machine.console.output());
    }

    @Test
    void minimumIsWaitedFor() {
        change(LFLAG, 0);
        setCharacter(Termios.VMIN, 3);
        type("ab");
        assertEquals(-EAGAIN, machine.tryRead(tty, 10));
        assertEquals(Events.OUT, tty.readiness());
        type("c");
        assertEquals("abc", machine.read(tty, 10));
    }

    @Test
    void minimumOfZeroPolls() {
        change(LFLAG, 0);
        setCharacter(Termios.VMIN, 0);
        assertEquals("", machine.read(tty, 10));
    }

    @Test
    void timeWithoutMinimumEndsTheRead() {
        change(LFLAG, 0);
        setCharacter(Termios.VMIN, 0);
        setCharacter(Termios.VTIME, 2);
        assertEquals(-EAGAIN, machine.tryRead(tty, 10));
        machine.advance(200_000_000);
        assertEquals("", machine.read(tty, 10));
        assertEquals(-EAGAIN, machine.tryRead(tty, 10), "the next read waits anew");
    }

    @Test
    void silenceBetweenBytesEndsTheRead() {
        change(LFLAG, 0);
        setCharacter(Termios.VMIN, 5);
        setCharacter(Termios.VTIME, 1);
        type("ab");
        assertEquals(-EAGAIN, machine.tryRead(tty, 10));
        machine.advance(60_000_000);
        type("c");
        machine.advance(60_000_000);
        assertEquals(-EAGAIN, machine.tryRead(tty, 10));
        machine.advance(60_000_000);
        assertEquals("abc", machine.read(tty, 10));
    }

    @Test
    void newlineBecomesTwoCharactersUnlessSwitchedOff() {
        machine.write(tty, "a\nb\n");
        change(OFLAG, 0);
        machine.write(tty, "c\n");
        assertEquals("a\r\nb\r\nc\n", machine.console.output());
    }

    @Test
    void fullHostParksTheWriterAndLosesNothing() {
        machine.console.limitOutput(10);
        byte[] data = new byte[60_000];
        java.util.Arrays.fill(data, (byte) 'x');
        long n = machine.write(tty, data);
        assertTrue(n > 0 && n < data.length);
        assertEquals(-EAGAIN, machine.write(tty, data));
        machine.console.limitOutput(Integer.MAX_VALUE);
        console.interrupt();
        assertEquals(n, machine.console.output().length());
    }

    @Test
    void stopKeyHoldsOutput() {
        type("\23");
        machine.write(tty, "later");
        assertEquals("", machine.console.output());
        type("\21");
        assertEquals("later", machine.console.output());
    }

    @Test
    void newSizeSignalsTheForeground() {
        machine.console.resize(50, 132);
        console.interrupt();
        assertEquals(List.of("1:28"), signals);
        Buffer word = machine.files.word();
        assertEquals(0, tty.control(Ioctls.TIOCGWINSZ, machine.buffer, machine));
        word.set(machine.buffer, 64);
        assertEquals(50, word.shortAt(0));
        assertEquals(132, word.shortAt(2));
    }

    @Test
    void lineLongerThanTheBufferLosesItsEnd() {
        type("x".repeat(5000) + "\r");
        assertEquals(4096, machine.read(tty, 10_000).length());
        assertEquals("x".repeat(4095) + "\r\n", machine.console.output());
    }

    @Test
    void pipesAreNoTerminals() {
        ConsoleFiles plain = new ConsoleFiles(machine.files, machine.console, 0, new Nobody(signals));
        FileHandle stdout = plain.stream(1);
        assertEquals(-ENOTTY, stdout.control(Ioctls.TCGETS, machine.buffer, machine));
        machine.write(stdout, "hello\n");
        assertEquals("hello\n", machine.console.output());
        machine.console.type("in");
        machine.console.endInput();
        FileHandle stdin = plain.stream(0);
        assertEquals("i", machine.read(stdin, 1));
        assertEquals("n", machine.read(stdin, 5));
        assertEquals("", machine.read(stdin, 5));
    }

    private void type(String text) {
        machine.console.type(text);
        console.interrupt();
    }

    private void change(int offset, int value) {
        Buffer settings = new Buffer(machine.buffer, 64);
        tty.control(Ioctls.TCGETS, machine.buffer, machine);
        settings.putInt(offset, value);
        tty.control(Ioctls.TCSETS, machine.buffer, machine);
    }

    private void setCharacter(int which, int value) {
        Buffer settings = new Buffer(machine.buffer, 64);
        tty.control(Ioctls.TCGETS, machine.buffer, machine);
        settings.putByte(CC + which, value);
        tty.control(Ioctls.TCSETS, machine.buffer, machine);
    }

    private static String unescape(String text) {
        return text.replace("\\r", "\r").replace("\\n", "\n").replace("\\b", "\b").replace("\\x7f", "\177")
                .replace("\\x15", "\25").replace("\\x17", "\27").replace("\\x16", "\26").replace("\\x03", "\3")
                .replace("\\x01", "\1").replace("\\x04", "\4");
    }
}
