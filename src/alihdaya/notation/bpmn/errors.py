"""The error that a step of a model may throw on purpose."""


class BpmnError(Exception):
    """Raised by a pack's step to take the error boundary event of that code (BPMN 2.0, 10.5.6).

    It is part of the modelled flow and not a fault; any other exception of a step becomes an incident.
    """

    def __init__(self, code: str, message: str = "") -> None:
        self.code = code
        self.message = message
        super().__init__(message or code)
