package demitasse.compiler.program;

import java.util.function.IntBinaryOperator;
import java.util.function.Supplier;

/** Records, sealed types, enums, lambdas, inner classes, patterns. */
final class Types {
    sealed interface Shape permits Circle, Square, Pair {
    }

    record Circle(int radius) implements Shape {
    }

    record Square(int side) implements Shape {
        Square {
            assert side >= 0;
        }
    }

    record Pair(Shape first, Shape second) implements Shape {
    }

    enum Colour {
        RED, GREEN { @Override int value() { return 20; } }, BLUE;

        int value() {
            return ordinal();
        }
    }

    interface Named {
        default String title() {
            return "<" + name() + ">";
        }

        String name();
    }

    private int counter;

    private final class Inner implements Named {
        @Override
        public String name() {
            counter++;
            return "inner" + counter;
        }
    }

    private Types() {
    }

    static void run() {
        Shape[] shapes = {new Circle(2), new Square(3), new Pair(new Circle(1), new Square(4)),
            new Pair(new Square(5), new Square(6))};
        for (Shape shape : shapes) {
            Output.line(area(shape) + " " + shape + " " + shape.equals(new Square(3)) + " " + describe(shape));
        }
        for (Colour colour : Colour.values()) {
            Output.line(colour + " " + colour.value() + " "
                    + (Colour.valueOf("BLUE").compareTo(colour) > 0) + switchOn(colour));
        }
        lambdas();
        Types outer = new Types();
        Named inner = outer.new Inner();
        Output.line(inner.title() + inner.title() + outer.counter + (inner instanceof Inner) + sum(1, 2, 3) + sum());
        Object boxed = 127;
        Object other = 1000L;
        Output.line(boxed.equals(127) + " " + other.equals(1000) + " " + (boxed instanceof Integer i && i > 100));
    }

    private static int area(Shape shape) {
        return switch (shape) {
            case Circle circle -> 3 * circle.radius() * circle.radius();
            case Square(int side) when side > 4 -> -side;
            case Square(int side) -> side * side;
            case Pair(Circle(int radius), Square(int side)) -> radius + side;
            case Pair(Shape first, Shape second) -> area(first) + area(second);
        };
    }

    private static String describe(Object shape) {
        if (shape instanceof Pair(Square(var side), var second)) {
            return "square " + side + " and " + second;
        }
        return shape instanceof Circle c ? "circle " + (c.hashCode() == new Circle(c.radius).hashCode()) : "other";
    }

    private static String switchOn(Colour colour) {
        return switch (colour) {
            case RED -> "r";
            case GREEN -> "g";
            case BLUE -> "b";
        };
    }

    private static void lambdas() {
        int base = 10;
        IntBinaryOperator add = (a, b) -> a + b + base;
        IntBinaryOperator greater = Math::max;
        Supplier<StringBuilder> make = StringBuilder::new;
        Output.line(add.applyAsInt(1, 2) + " " + greater.applyAsInt(3, 9) + " " + make.get().append("made"));
        Runnable nested = () -> Output.line("run " + base);
        nested.run();
    }

    private static int sum(int... values) {
        int total = 0;
        for (int value : values) {
            total += value;
        }
        return total;
    }
}
