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
import org.teavm.model.instructions.BinaryInstruction;
import org.teavm.model.instructions.BinaryOperation;
import org.teavm.model.instructions.IntegerConstantInstruction;
import org.teavm.model.instructions.InvocationType;
import org.teavm.model.instructions.InvokeInstruction;
import org.teavm.model.instructions.LongConstantInstruction;
import org.teavm.model.instructions.NumericOperandType;

/** Gives integer division Java's meaning: TeaVM emits C's, in which zero and MIN / -1 are undefined. */
final class DivisionRepair implements ClassHolderTransformer {
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
                if (instruction instanceof BinaryInstruction operation && isDivision(operation)
                        && !harmless.contains(operation.getSecondOperand().getIndex())) {
                    operation.replace(checked(operation));
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
}
