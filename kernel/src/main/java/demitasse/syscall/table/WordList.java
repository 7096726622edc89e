package demitasse.syscall.table;

import demitasse.base.memory.Text;

/** Words in one constant, each followed by a space: costs no objects. */
final class WordList {
    private WordList() {
    }

    static void add(Text out, String words, int index) {
        int start = 0;
        for (int i = 0; i < index; i++) {
            start = words.indexOf(' ', start) + 1;
        }
        for (int i = start; words.charAt(i) != ' '; i++) {
            out.character(words.charAt(i));
        }
    }
}
