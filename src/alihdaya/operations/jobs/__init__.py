"""Jobs: service tasks that are done outside the engine, by a pack's function, by a service, or by a worker.

Every job stands in the outbox (see operations.outbox) from the moment a token waits for it until its result, its BPMN
error or its withdrawal. Who does it may be lost halfway; then it is done again, under the same key.
"""
