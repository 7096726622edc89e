package demitasse.compiler.plugin;

import demitasse.compiler.runtime.Checks;
import java.util.HashSet;
import java.util.Set;
import org.teavm.model.BasicBlock;
import org.teavm.model.ClassHolder;
import org.teavm.model.ClassHolderTransformer;
import org.teavm.model.ClassHolderTransformerContext;
import org.teavm.model.Instruction;
import org.teavm.model.MethodHolder;
import org.teavm.model.MethodReference;
import org.teavm.model.Program;
import org.teavm.model.Variable;
import org.teavm.model.instructions.BinaryInstruction;
import org.teavm.model.instructions.BinaryOperation;
import org.teavm.model.instructions.IntegerConstantInstruction;
import org.teavm.model.instructions.InvocationType;
import org.teavm.model.instructions.InvokeInstruction;
import org.teavm.model.instructions.LongConstantInstruction;
import org.teavm.model.instructions.NumericOperandType;

/**
 * Gives division and shifts of integers Java's meaning. TeaVM emits C's: division by zero and of MIN by -1 is undefined
 * there, and so is a shift by the width or more, of whose count only the low five or six bits matter in Java, JLS
 * 15.19. The CPU happens to shift as Java says, but gcc answers 0 where it has found out the count by inlining. To mask
 * it costs nothing: gcc knows constants, and that the CPU masks the count.
 */
final class ArithmeticRepair implements ClassHolderTransformer {
    @Override
    public void transformClass(ClassHolder owner, ClassHolderTransformerContext context) {
        for (MethodHolder method : owner.getMethods()) {
            if (method.getProgram() != null) {
                repair(method.getProgram());
            }
        }
    }

    private static void repair(Program program) {
        Set<Integer> harmless = harmlessConstants(program);
        for (BasicBlock block : program.getBasicBlocks()) {
            for (Instruction instruction : block) {
                if (!(instruction instanceof BinaryInstruction operation)) {
                    continue;
                }
                if (isDivision(operation) && !harmless.contains(operation.getSecondOperand().getIndex())) {
                    operation.replace(checked(operation));
                } else if (isShift(operation)) {
                    maskCount(program, operation);
                }
            }
        }
    }

    /** Variables are assigned once, so a constant stays what it is. */
    private static Set<Integer> harmlessConstants(Program program) {
        Set<Integer> variables = new HashSet<>();
        for (BasicBlock block : program.getBasicBlocks()) {
            for (Instruction instruction : block) {
                if (instruction instanceof IntegerConstantInstruction c && c.getConstant() != 0
                        && c.getConstant() != -1) {
                    variables.add(c.getReceiver().getIndex());
                } else if (instruction instanceof LongConstantInstruction c && c.getConstant() != 0
                        && c.getConstant() != -1) {
                    variables.add(c.getReceiver().getIndex());
                }
            }
        }
        return variables;
    }

    private static boolean isDivision(BinaryInstruction operation) {
        return (operation.getOperation() == BinaryOperation.DIVIDE
                || operation.getOperation() == BinaryOperation.MODULO)
                && (operation.getOperandType() == NumericOperandType.INT
                || operation.getOperandType() == NumericOperandType.LONG);
    }

    private static InvokeInstruction checked(BinaryInstruction operation) {
        Class<?> type = operation.getOperandType() == NumericOperandType.INT ? int.class : long.class;
        String name = operation.getOperation() == BinaryOperation.DIVIDE ? "divide" : "remainder";
        InvokeInstruction call = new InvokeInstruction();
        call.setType(InvocationType.SPECIAL);
        call.setMethod(new MethodReference(Checks.class, name, type, type, type));
        call.setArguments(operation.getFirstOperand(), operation.getSecondOperand());
        call.setReceiver(operation.getReceiver());
        call.setLocation(operation.getLocation());
        return call;
    }

    private static boolean isShift(BinaryInstruction operation) {
        return operation.getOperation() == BinaryOperation.SHIFT_LEFT
                || operation.getOperation() == BinaryOperation.SHIFT_RIGHT
                || operation.getOperation() == BinaryOperation.SHIFT_RIGHT_UNSIGNED;
    }

    private static void maskCount(Program program, BinaryInstruction shift) {
        IntegerConstantInstruction bits = new IntegerConstantInstruction();
        bits.setConstant((shift.getOperandType() == NumericOperandType.LONG ? Long.SIZE : Integer.SIZE) - 1);
        bits.setReceiver(program.createVariable());
        bits.setLocation(shift.getLocation());
        Variable masked = program.createVariable();
        BinaryInstruction and = new BinaryInstruction(BinaryOperation.AND, NumericOperandType.INT);
        and.setFirstOperand(shift.getSecondOperand());
        and.setSecondOperand(bits.getReceiver());
        and.setReceiver(masked);
        and.setLocation(shift.getLocation());
        shift.insertPrevious(bits);
        shift.insertPrevious(and);
        shift.setSecondOperand(masked);
    }
}
