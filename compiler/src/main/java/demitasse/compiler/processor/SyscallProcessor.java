package demitasse.compiler.processor;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.annotation.processing.AbstractProcessor;
import javax.annotation.processing.RoundEnvironment;
import javax.annotation.processing.SupportedOptions;
import javax.lang.model.SourceVersion;
import javax.lang.model.element.AnnotationMirror;
import javax.lang.model.element.AnnotationValue;
import javax.lang.model.element.Element;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.element.VariableElement;
import javax.lang.model.type.TypeKind;
import javax.tools.Diagnostic;

/**
 * Makes the dispatch table, the strace decoder's table and the coverage page from the {@code @Syscall}
 * handlers of a module. What it writes and why it looks so stands in the package's documentation.
 */
@SupportedOptions(SyscallProcessor.PAGE_OPTION)
public final class SyscallProcessor extends AbstractProcessor {
    /** {@code -Asyscalls.page=FILE}: where the coverage page goes; none is written without it. */
    static final String PAGE_OPTION = "syscalls.page";

    private static final String ANNOTATION = "demitasse.base.annotation.Syscall";
    private static final int ARGUMENTS_MAX = 6;

    private final SortedMap<Integer, KnownSyscall> known = KnownSyscall.all();
    private final SortedMap<Integer, Handler> handlers = new TreeMap<>();
    private boolean failed;

    @Override
    public Set<String> getSupportedAnnotationTypes() {
        return Set.of(ANNOTATION);
    }

    @Override
    public SourceVersion getSupportedSourceVersion() {
        return SourceVersion.latestSupported();
    }

    @Override
    public boolean process(Set<? extends TypeElement> annotations, RoundEnvironment round) {
        for (TypeElement annotation : annotations) {
            for (Element method : round.getElementsAnnotatedWith(annotation)) {
                accept((ExecutableElement) method, mirror(method, annotation));
            }
            if (!failed) {
                write();
            }
        }
        return false;
    }

    private void accept(ExecutableElement method, AnnotationMirror annotation) {
        Map<String, Object> values = values(annotation);
        String name = (String) values.get("value");
        KnownSyscall call = known.values().stream().filter(k -> k.name().equals(name)).findFirst().orElse(null);
        if (call == null) {
            fail(method, "Linux has no system call '" + name + "' on x86-64.");
            return;
        }
        if (handlers.containsKey(call.number())) {
            fail(method, name + " has a handler already: " + handlers.get(call.number()).target() + ".");
            return;
        }
        TypeElement owner = (TypeElement) method.getEnclosingElement();
        if (isWellFormed(method, owner, call)) {
            String packageName = processingEnv.getElementUtils().getPackageOf(owner).getQualifiedName().toString();
            String className = owner.getQualifiedName().toString().substring(packageName.length() + 1);
            handlers.put(call.number(), new Handler(call, packageName, className + "." + method.getSimpleName(),
                    narrow(method), texts(values.get("ignores")), texts(values.get("rejects")),
                    (String) values.get("note")));
        }
    }

    private boolean isWellFormed(ExecutableElement method, TypeElement owner, KnownSyscall call) {
        boolean good = require(method, method.getModifiers().contains(Modifier.STATIC), "must be static");
        good &= require(method, !method.getModifiers().contains(Modifier.PRIVATE)
                && !owner.getModifiers().contains(Modifier.PRIVATE), "must be visible in its package");
        good &= require(method, method.getReturnType().getKind() == TypeKind.LONG, "must return long");
        List<? extends VariableElement> parameters = method.getParameters();
        good &= require(method, !parameters.isEmpty() && parameters.getFirst().asType().toString()
                .equals(DispatchSources.CALL), "must take a " + DispatchSources.CALL + " first");
        for (VariableElement parameter : parameters.stream().skip(1).toList()) {
            TypeKind kind = parameter.asType().getKind();
            good &= require(method, kind == TypeKind.INT || kind == TypeKind.LONG,
                    "may take int and long arguments only");
        }
        int arguments = parameters.size() - 1;
        good &= require(method, arguments <= ARGUMENTS_MAX, "may take six arguments at most");
        return good & require(method, arguments <= call.argumentCount(),
                "takes " + arguments + " arguments, but " + call.name() + "(2) has " + call.argumentCount());
    }

    private boolean require(ExecutableElement method, boolean condition, String demand) {
        if (!condition) {
            fail(method, "A system call handler " + demand + ".");
        }
        return condition;
    }

    private static List<Boolean> narrow(ExecutableElement method) {
        return method.getParameters().stream().skip(1)
                .map(parameter -> parameter.asType().getKind() == TypeKind.INT).toList();
    }

    private static AnnotationMirror mirror(Element method, TypeElement annotation) {
        return method.getAnnotationMirrors().stream()
                .filter(mirror -> mirror.getAnnotationType().asElement().equals(annotation))
                .findFirst().orElseThrow();
    }

    private Map<String, Object> values(AnnotationMirror annotation) {
        return processingEnv.getElementUtils().getElementValuesWithDefaults(annotation).entrySet().stream()
                .collect(Collectors.toMap(e -> e.getKey().getSimpleName().toString(), e -> e.getValue().getValue()));
    }

    private static List<String> texts(Object array) {
        List<String> texts = new ArrayList<>();
        for (Object value : (List<?>) array) {
            texts.add((String) ((AnnotationValue) value).getValue());
        }
        return texts;
    }

    private void write() {
        DispatchSources sources = new DispatchSources(known, handlers);
        try {
            for (Map.Entry<String, String> source : sources.all().entrySet()) {
                try (Writer out = processingEnv.getFiler().createSourceFile(source.getKey()).openWriter()) {
                    out.write(source.getValue());
                }
            }
            String page = processingEnv.getOptions().get(PAGE_OPTION);
            if (page != null) {
                new CoveragePage(known, handlers).write(Path.of(page));
            }
        } catch (IOException e) {
            fail(null, "The system call table cannot be written: " + e.getMessage());
        }
    }

    private void fail(Element where, String sentence) {
        failed = true;
        processingEnv.getMessager().printMessage(Diagnostic.Kind.ERROR, sentence, where);
    }
}
