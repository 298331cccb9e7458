/** What a rollout has decided survives: processes that are killed, files that are damaged. */
package dev.understudy.tests.state;
