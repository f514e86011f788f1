package io.tailrace.config;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Describes the setting that a record component holds: the only place where its meaning, default and limits are written.
 * The loader, {@code docs/configuration.md} and the default files all read it from here.
 *
 * <p>On a component that is itself a record, only the description is used: it introduces the section.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Setting {
    /** What the setting does, as whole sentences for the person who sets it. */
    String value();

    /** The default, written as in a configuration file but without quotes. */
    String byDefault() default "";

    /** The least value allowed, in the setting's own notation; empty for none. */
    String min() default "";

    /** The greatest value allowed, in the setting's own notation; empty for none. */
    String max() default "";

    /** The only values allowed; empty for any. */
    String[] oneOf() default {};

    /** Whether the value may not be blank. */
    boolean required() default false;
}
