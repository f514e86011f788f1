package io.tailrace.e2e.client;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.platform.commons.support.ReflectionSupport;
import org.opentest4j.MultipleFailuresError;
import org.opentest4j.TestAbortedException;

/** Calls a test of {@link AllClients} once for each client, each time on a thread of its own. Stateless. */
final class AllClientsExtension implements ParameterResolver, InvocationInterceptor {

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == ClientKind.class;
    }

    /** A client that stands for all of them until the test is called. */
    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return ClientKind.JAVA;
    }

    @Override
    public void interceptTestMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> test, ExtensionContext context)
            throws InterruptedException {
        invocation.skip();
        Method method = test.getExecutable();
        Object instance = context.getRequiredTestInstance();
        Map<ClientKind, FutureTask<Boolean>> running = new LinkedHashMap<>();
        for (ClientKind kind : EachClientProvider.chosen(
                List.of(method.getAnnotation(AllClients.class).can()))) {
            running.put(kind, start(method.getName() + "-" + kind.label(), () -> {
                ReflectionSupport.invokeMethod(method, instance, kind);
                return true;
            }));
        }
        await(running);
    }

    private static FutureTask<Boolean> start(String name, Callable<Boolean> scenario) {
        FutureTask<Boolean> task = new FutureTask<>(scenario);
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return task;
    }

    /** A client that cannot be installed is named; the test is skipped if that is so of all. */
    private static void await(Map<ClientKind, FutureTask<Boolean>> running) throws InterruptedException {
        List<Throwable> failures = new ArrayList<>();
        List<TestAbortedException> skipped = new ArrayList<>();
        for (Map.Entry<ClientKind, FutureTask<Boolean>> scenario : running.entrySet()) {
            try {
                scenario.getValue().get();
            } catch (ExecutionException e) {
                if (e.getCause() instanceof TestAbortedException aborted) {
                    System.out.println(aborted.getMessage());
                    skipped.add(aborted);
                } else {
                    failures.add(new AssertionError(scenario.getKey() + ": " + e.getCause(), e.getCause()));
                }
            }
        }
        if (!failures.isEmpty()) {
            throw new MultipleFailuresError("played with all clients at once", failures);
        }
        if (!running.isEmpty() && skipped.size() == running.size()) {
            throw skipped.get(0);
        }
    }
}
