package demitasse.tools.cli;

/**
 * An option of a command.
 *
 * @param letter the short form's letter, or 0
 * @param placeholder what the help calls the value; empty for an option without one
 */
record Option(String name, char letter, String placeholder, boolean valueMayBeMissing, String help) {
    static Option flag(String name, String help) {
        return new Option(name, (char) 0, "", true, help);
    }

    static Option value(String name, String placeholder, String help) {
        return new Option(name, (char) 0, placeholder, false, help);
    }

    /** {@code --name} or {@code --name=VALUE}, never {@code --name VALUE}. */
    static Option optionalValue(String name, String placeholder, String help) {
        return new Option(name, (char) 0, placeholder, true, help);
    }

    Option orLetter(char newLetter) {
        return new Option(name, newLetter, placeholder, valueMayBeMissing, help);
    }

    boolean takesValue() {
        return !placeholder.isEmpty();
    }

    String usage() {
        String word = (letter == 0 ? "    --" : "-" + letter + ", --") + name;
        if (!takesValue()) {
            return word;
        }
        return valueMayBeMissing ? word + "[=" + placeholder + "]" : word + " " + placeholder;
    }
}
