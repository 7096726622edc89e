package demitasse.compiler.plugin;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.teavm.callgraph.CallGraphNode;
import org.teavm.callgraph.CallSite;
import org.teavm.dependency.DependencyAgent;
import org.teavm.model.ElementModifier;
import org.teavm.model.MethodDescriptor;
import org.teavm.model.MethodReader;
import org.teavm.model.MethodReference;
import org.teavm.model.TextLocation;

/** Which methods a call can reach, as TeaVM's analysis found out. The answer may be too large, never too small. */
final class CallEdges {
    private final DependencyAgent agent;
    private final Map<MethodDescriptor, Collection<MethodReference>> byDescriptor = new HashMap<>();

    CallEdges(DependencyAgent agent) {
        this.agent = agent;
        for (MethodReference method : agent.getReachableMethods()) {
            byDescriptor.computeIfAbsent(method.getDescriptor(), d -> new HashSet<>()).add(method);
        }
    }

    Set<MethodReference> targets(MethodReference caller, TextLocation location, MethodReference called) {
        CallGraphNode node = agent.getCallGraph().getNode(caller);
        Set<MethodReference> targets = new LinkedHashSet<>();
        if (node != null) {
            addTargets(node, called, site -> isAt(site, node, location), targets);
            if (targets.isEmpty()) {
                addTargets(node, called, site -> true, targets);
            }
        }
        return targets.isEmpty() ? resolve(called) : targets;
    }

    /** Methods that a call of this one may arrive at, whoever makes it: itself and what overrides it. */
    Set<MethodReference> family(MethodReader method) {
        Set<MethodReference> family = new LinkedHashSet<>(Set.of(method.getReference()));
        if (method.hasModifier(ElementModifier.STATIC) || method.getName().equals("<init>")) {
            return family;
        }
        // A class can inherit what implements an interface from a parent that knows nothing of it.
        boolean isOfInterface = agent.getClassSource().get(method.getOwnerName())
                .hasModifier(ElementModifier.INTERFACE);
        for (MethodReference other : byDescriptor.getOrDefault(method.getDescriptor(), List.of())) {
            if (isOfInterface
                    || agent.getClassHierarchy().isSuperType(method.getOwnerName(), other.getClassName(), false)) {
                family.add(other);
            }
        }
        return family;
    }

    private Set<MethodReference> resolve(MethodReference called) {
        MethodReader declared = agent.getClassSource().resolve(called);
        return declared == null ? new LinkedHashSet<>(Set.of(called)) : family(declared);
    }

    private static void addTargets(CallGraphNode node, MethodReference called, Predicate<CallSite> filter,
            Set<MethodReference> targets) {
        for (CallSite site : node.getCallSites()) {
            if (filter.test(site)) {
                for (CallGraphNode target : site.getCalledMethods()) {
                    if (target.getMethod().getDescriptor().equals(called.getDescriptor())) {
                        targets.add(target.getMethod());
                    }
                }
            }
        }
    }

    private static boolean isAt(CallSite site, CallGraphNode node, TextLocation location) {
        return location.isEmpty() || site.getLocations(node).isEmpty() || site.getLocations(node).stream()
                .anyMatch(l -> l == null || l.isEmpty() || l.getLine() == location.getLine());
    }
}
