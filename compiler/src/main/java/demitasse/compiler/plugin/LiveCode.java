package demitasse.compiler.plugin;

import java.util.Arrays;
import java.util.List;
import org.teavm.model.BasicBlockReader;
import org.teavm.model.MethodDescriptor;
import org.teavm.model.MethodHandle;
import org.teavm.model.MethodReference;
import org.teavm.model.ProgramReader;
import org.teavm.model.RuntimeConstant;
import org.teavm.model.TextLocation;
import org.teavm.model.ValueType;
import org.teavm.model.VariableReader;
import org.teavm.model.instructions.AbstractInstructionReader;
import org.teavm.model.instructions.BinaryBranchingCondition;
import org.teavm.model.instructions.BranchingCondition;
import org.teavm.model.instructions.InvocationType;
import org.teavm.model.instructions.SwitchTableEntryReader;

/**
 * Reads what a method does while nothing is wrong: blocks from which every way leads to a throw are left
 * out, because a throw is the end. So {@code assert x : "text " + y} may allocate its message.
 */
final class LiveCode {
    /** Told what the code does, in no particular order. */
    interface Visitor {
        default void allocates(TextLocation location, String what) {
        }

        default void calls(TextLocation location, MethodReference method) {
        }

        /** A class constant or a monitor: rare, and an object is made for it the first time. */
        default void mayAllocate(TextLocation location) {
        }

        /** {@code new T[a][b]}. */
        default void allocatesNested(TextLocation location) {
        }

        /** A static initialiser may run here, the first time. */
        default void initialises(TextLocation location, String className) {
        }
    }

    private LiveCode() {
    }

    static void read(ProgramReader program, Visitor visitor) {
        boolean[] doomed = doomed(program);
        for (int i = 0; i < program.basicBlockCount(); i++) {
            if (!doomed[i]) {
                program.basicBlockAt(i).readAllInstructions(new Finder(visitor));
            }
        }
    }

    /** The smallest set that contains the blocks that throw, and those whose successors are all in it. */
    private static boolean[] doomed(ProgramReader program) {
        int count = program.basicBlockCount();
        Ending[] endings = new Ending[count];
        for (int i = 0; i < count; i++) {
            endings[i] = new Ending();
            program.basicBlockAt(i).readAllInstructions(endings[i]);
        }
        boolean[] doomed = new boolean[count];
        for (boolean changed = true; changed; ) {
            changed = false;
            for (int i = 0; i < count; i++) {
                if (!doomed[i] && endings[i].isDoomed(doomed)) {
                    doomed[i] = true;
                    changed = true;
                }
            }
        }
        return doomed;
    }

    /** How a block ends. */
    private static final class Ending extends AbstractInstructionReader {
        private boolean raises;
        private int[] successors = {};

        boolean isDoomed(boolean[] doomed) {
            return raises || successors.length > 0 && Arrays.stream(successors).allMatch(i -> doomed[i]);
        }

        @Override
        public void raise(VariableReader exception) {
            raises = true;
        }

        @Override
        public void jump(BasicBlockReader target) {
            successors = new int[] {target.getIndex()};
        }

        @Override
        public void jumpIf(BranchingCondition condition, VariableReader operand, BasicBlockReader consequent,
                BasicBlockReader alternative) {
            successors = new int[] {consequent.getIndex(), alternative.getIndex()};
        }

        @Override
        public void jumpIf(BinaryBranchingCondition condition, VariableReader first, VariableReader second,
                BasicBlockReader consequent, BasicBlockReader alternative) {
            successors = new int[] {consequent.getIndex(), alternative.getIndex()};
        }

        @Override
        public void choose(VariableReader condition, List<? extends SwitchTableEntryReader> table,
                BasicBlockReader defaultTarget) {
            successors = new int[table.size() + 1];
            for (int i = 0; i < table.size(); i++) {
                successors[i] = table.get(i).getTarget().getIndex();
            }
            successors[table.size()] = defaultTarget.getIndex();
        }
    }

    private static final class Finder extends AbstractInstructionReader {
        private final Visitor visitor;
        private TextLocation location = TextLocation.EMPTY;

        Finder(Visitor visitor) {
            this.visitor = visitor;
        }

        @Override
        public void location(TextLocation newLocation) {
            location = newLocation == null ? TextLocation.EMPTY : newLocation;
        }

        @Override
        public void create(VariableReader receiver, String type) {
            visitor.allocates(location, "new " + type);
        }

        @Override
        public void createArray(VariableReader receiver, ValueType itemType, VariableReader size) {
            visitor.allocates(location, "new " + itemType + "[]");
        }

        @Override
        public void createArray(VariableReader receiver, ValueType itemType,
                List<? extends VariableReader> dimensions) {
            visitor.allocates(location, "new " + itemType);
            visitor.allocatesNested(location);
        }

        @Override
        public void cloneArray(VariableReader receiver, VariableReader array) {
            visitor.allocates(location, "clone()");
        }

        @Override
        public void invokeDynamic(VariableReader receiver, VariableReader instance, MethodDescriptor method,
                List<? extends VariableReader> arguments, MethodHandle bootstrapMethod,
                List<RuntimeConstant> bootstrapArguments) {
            visitor.allocates(location, "a lambda or string concatenation");
        }

        @Override
        public void invoke(VariableReader receiver, VariableReader instance, MethodReference method,
                List<? extends VariableReader> arguments, InvocationType type) {
            visitor.calls(location, method);
        }

        @Override
        public void classConstant(VariableReader receiver, ValueType constant) {
            visitor.mayAllocate(location);
        }

        @Override
        public void monitorEnter(VariableReader object) {
            visitor.mayAllocate(location);
        }

        @Override
        public void initClass(String className) {
            visitor.initialises(location, className);
        }
    }
}
