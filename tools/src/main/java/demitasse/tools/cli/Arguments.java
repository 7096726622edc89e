package demitasse.tools.cli;

import demitasse.tools.DemiException;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A verb's words, taken apart. Not by a library: picocli's class files are too old for Java's ahead-of-time
 * cache, and loading them took a third of a whole warm {@code demi run}.
 *
 * <p>Options may stand before and after the first operand. They end at {@code --} or, where the verb takes
 * several, at the second operand, so that {@code demi run SOURCE python3 -c ...} is understood too.
 */
final class Arguments {
    private final Map<String, List<String>> values = new HashMap<>();
    private final List<String> operands = new ArrayList<>();

    static Arguments parse(Verb verb, List<String> words) {
        Arguments arguments = new Arguments();
        int i = 0;
        while (i < words.size() && !words.get(i).equals("--") && arguments.operands.size() < 2) {
            String word = words.get(i);
            if (word.startsWith("-") && word.length() > 1) {
                i = arguments.takeOption(verb, words, i);
            } else {
                arguments.operands.add(word);
                i++;
            }
        }
        if (i < words.size() && words.get(i).equals("--")) {
            i++;
        }
        arguments.operands.addAll(words.subList(i, words.size()));
        if (arguments.operands.size() < verb.operandsMin()) {
            throw new DemiException(verb.name() + " needs " + verb.operands() + see(verb));
        }
        if (arguments.operands.size() > verb.operandsMax()) {
            throw new DemiException(verb.name() + " does not take '" + arguments.operands.get(verb.operandsMax())
                    + "'" + see(verb));
        }
        return arguments;
    }

    boolean has(Option option) {
        return values.containsKey(option.name());
    }

    /** The option's last value, or the other when there is none. */
    String value(Option option, String otherwise) {
        List<String> given = values(option);
        return given.isEmpty() ? otherwise : given.getLast();
    }

    List<String> values(Option option) {
        return values.getOrDefault(option.name(), List.of());
    }

    List<String> operands() {
        return operands;
    }

    /** Takes the option at an index, with its value; returns the index behind. */
    private int takeOption(Verb verb, List<String> words, int index) {
        String word = words.get(index);
        boolean isLong = word.startsWith("--");
        int equals = isLong ? word.indexOf('=') : -1;
        Option option = find(verb, equals < 0 ? word : word.substring(0, equals));
        List<String> given = values.computeIfAbsent(option.name(), name -> new ArrayList<>());
        String attached = null;
        if (equals >= 0) {
            attached = word.substring(equals + 1);
        } else if (!isLong && word.length() > 2) {
            attached = word.substring(2);
        }
        if (attached != null && !option.takesValue()) {
            throw new DemiException("--" + option.name() + " takes no value" + see(verb));
        }
        if (attached != null) {
            given.add(attached);
            return index + 1;
        }
        if (option.valueMayBeMissing()) {
            return index + 1;
        }
        if (index + 1 == words.size()) {
            throw new DemiException("--" + option.name() + " needs a value, " + option.placeholder() + see(verb));
        }
        given.add(words.get(index + 1));
        return index + 2;
    }

    private static Option find(Verb verb, String word) {
        for (Option option : verb.options()) {
            if (word.equals("--" + option.name())
                    || !word.startsWith("--") && word.charAt(1) == option.letter()) {
                return option;
            }
        }
        throw new DemiException("there is no option " + word + see(verb));
    }

    private static String see(Verb verb) {
        return " (see demi " + verb.name() + " --help)";
    }
}
