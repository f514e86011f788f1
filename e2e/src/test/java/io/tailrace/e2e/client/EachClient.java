package io.tailrace.e2e.client;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;

/**
 * A test that is played with each {@link ClientKind} that can; {@code -Dtailrace.test.clients=JAVA,KAFKAJS} takes only those.
 */
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest(name = "{0}", allowZeroInvocations = true)
@ArgumentsSource(EachClientProvider.class)
public @interface EachClient {

    Capability[] can() default {Capability.BASICS};
}
