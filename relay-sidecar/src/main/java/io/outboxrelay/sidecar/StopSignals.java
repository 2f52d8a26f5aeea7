package io.outboxrelay.sidecar;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The signals that ask a process to end: SIGTERM, SIGINT (Ctrl-C) and SIGHUP (the terminal is gone).
 *
 * <p>A shutdown hook would hear only the first of them, and the JVM would end with 128 plus its number. {@code sun.misc.Signal}
 * does better; it is called by reflection because the compiler's warning about it cannot be switched off. A signal that the
 * process was started to ignore, as under {@code nohup}, stays ignored.
 */
final class StopSignals {

    private static final List<String> NAMES = List.of("TERM", "INT", "HUP");

    private StopSignals() {}

    /** Hands the name of every such signal to the listener, from now on, each time on a thread of its own. */
    static void handle(Consumer<String> listener) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Method handle = signal.getMethod("handle", signal, handler);
            for (String name : NAMES) {
                Object listening = Proxy.newProxyInstance(
                        StopSignals.class.getClassLoader(),
                        new Class<?>[] {handler},
                        (proxy, method, arguments) ->
                                call(proxy, method, arguments, () -> listener.accept("SIG" + name)));
                handle(handle, signal.getConstructor(String.class).newInstance(name), listening);
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this Java has no module jdk.unsupported, by which signals are heard", e);
        }
    }

    private static void handle(Method handle, Object signal, Object listening) throws ReflectiveOperationException {
        try {
            handle.invoke(null, signal, listening);
        } catch (InvocationTargetException e) {
            // With -Xrs the JVM leaves signals to the operating system, whose default is to end the process.
            if (!(e.getCause() instanceof IllegalArgumentException)) {
                throw e;
            }
        }
    }

    private static @Nullable Object call(Object proxy, Method method, Object[] arguments, Runnable onSignal) {
        return switch (method.getName()) {
            case "handle" -> {
                onSignal.run();
                yield null;
            }
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> "StopSignals";
        };
    }
}
