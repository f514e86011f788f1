package io.tailrace.e2e.client;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that is played with each {@link ClientKind} that can, by all of them at the same time: for scenarios that mostly wait.
 * Otherwise like {@link EachClient}.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@Test
@ExtendWith(AllClientsExtension.class)
public @interface AllClients {

    Capability[] can() default {Capability.BASICS};
}
