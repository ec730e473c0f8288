"""What tokens do at nodes: one file for each family of behaviour (BPMN 2.0, chapter 13)."""
