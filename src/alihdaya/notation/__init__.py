"""The OMG's notations as they are written: read, check, compile, evaluate. BPMN, DMN and FEEL; no state, no clock."""
