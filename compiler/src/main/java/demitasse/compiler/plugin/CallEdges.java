package demitasse.compiler.plugin;

import java.util.LinkedHashSet;
import java.util.Set;
import org.teavm.callgraph.CallGraphNode;
import org.teavm.callgraph.CallSite;
import org.teavm.dependency.DependencyAgent;
import org.teavm.model.MethodReference;
import org.teavm.model.TextLocation;

/** Which methods a call can reach, as TeaVM's analysis found out. */
final class CallEdges {
    private final DependencyAgent agent;

    CallEdges(DependencyAgent agent) {
        this.agent = agent;
    }

    Set<MethodReference> targets(MethodReference caller, TextLocation location, MethodReference called) {
        Set<MethodReference> targets = new LinkedHashSet<>();
        CallGraphNode node = agent.getCallGraph().getNode(caller);
        if (node == null) {
            return targets;
        }
        for (CallSite site : node.getCallSites()) {
            if (!isAt(site, node, location)) {
                continue;
            }
            for (CallGraphNode target : site.getCalledMethods()) {
                if (target.getMethod().getDescriptor().equals(called.getDescriptor())) {
                    targets.add(target.getMethod());
                }
            }
        }
        return targets;
    }

    /** Calls on one line with one descriptor are told apart by nothing; then the answer is too large, never too small. */
    private static boolean isAt(CallSite site, CallGraphNode node, TextLocation location) {
        return location.isEmpty() || site.getLocations(node).isEmpty() || site.getLocations(node).stream()
                .anyMatch(l -> l == null || l.isEmpty() || l.getLine() == location.getLine());
    }
}
