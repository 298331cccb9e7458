package dev.understudy.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names the rules of the design that a test proves: {@code @Rule("R7")} or {@code @Rule({"R5", "R6"})}. On a class it
 * holds for every test in it.
 */
@Documented
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
public @interface Rule {

    /** The rules, as {@code R1} to {@code R30}. */
    String[] value();
}
