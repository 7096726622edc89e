package demitasse.compiler.plugin;

import org.teavm.model.BasicBlock;
import org.teavm.model.ClassHolder;
import org.teavm.model.ClassHolderTransformer;
import org.teavm.model.ClassHolderTransformerContext;
import org.teavm.model.Instruction;
import org.teavm.model.MethodHolder;
import org.teavm.model.Program;
import org.teavm.model.Variable;
import org.teavm.model.instructions.BinaryInstruction;
import org.teavm.model.instructions.BinaryOperation;
import org.teavm.model.instructions.IntegerConstantInstruction;
import org.teavm.model.instructions.NumericOperandType;

/**
 * Gives shifts Java's meaning, JLS 15.19: of the count only the low five or six bits matter. TeaVM emits C's, in which
 * a count of the width or more is undefined. The CPU happens to do as Java says, but gcc answers 0 where it has found
 * out the count by inlining. What is added here costs nothing: gcc knows constants, and that the CPU masks the count.
 */
final class ShiftRepair implements ClassHolderTransformer {
    @Override
    public void transformClass(ClassHolder owner, ClassHolderTransformerContext context) {
        for (MethodHolder method : owner.getMethods()) {
            if (method.getProgram() != null) {
                repair(method.getProgram());
            }
        }
    }

    private static void repair(Program program) {
        for (BasicBlock block : program.getBasicBlocks()) {
            for (Instruction instruction : block) {
                if (instruction instanceof BinaryInstruction operation && isShift(operation)) {
                    boolean isLong = operation.getOperandType() == NumericOperandType.LONG;
                    maskCount(program, operation, (isLong ? Long.SIZE : Integer.SIZE) - 1);
                }
            }
        }
    }

    private static boolean isShift(BinaryInstruction operation) {
        return operation.getOperation() == BinaryOperation.SHIFT_LEFT
                || operation.getOperation() == BinaryOperation.SHIFT_RIGHT
                || operation.getOperation() == BinaryOperation.SHIFT_RIGHT_UNSIGNED;
    }

    private static void maskCount(Program program, BinaryInstruction shift, int mask) {
        IntegerConstantInstruction bits = new IntegerConstantInstruction();
        bits.setConstant(mask);
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
