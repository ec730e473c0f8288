"""The metamodel of BPMN 2.0.2 as data: what each element is, which attributes and children it has, what they refer to.

One line an element: `name : base | attributes | children`. An attribute is a string unless it says more: `:bool`,
`:int`, `:qname`, `=A|B` (one of), `>kind` (the name of an element of that kind or of one derived from it); `!` marks
what is required. A child is `name`, with `=type` where its type has another name, `>kind` where its text refers to an
element, `@kind` for any element of that kind, and `?` (none or one), `!` (one), `+` (one or more), `*` (any number).
Children stand in the order in which the standard's schema has them: those of the base first.
"""

TABLE = """
baseElement : | id | documentation* extensionElements?
definitions : | id name targetNamespace! expressionLanguage typeLanguage exporter exporterVersion | import* extension* @rootElement* relationship*
import : | namespace! location! importType! |
extension : | definition:qname mustUnderstand:bool | documentation*
extensionElements : | |
documentation : | id textFormat |
text : | |
script : | |
relationship : baseElement | type! direction=None,Forward,Backward,Both | source>any+ target>any+
rootElement : baseElement | |

category : rootElement | name | categoryValue*
categoryValue : baseElement | value |
dataStore : rootElement | name capacity:int isUnlimited:bool itemSubjectRef>itemDefinition | dataState?
dataState : baseElement | name |
endPoint : rootElement | |
error : rootElement | name errorCode structureRef>itemDefinition |
escalation : rootElement | name escalationCode structureRef>itemDefinition |
signal : rootElement | name structureRef>itemDefinition |
message : rootElement | name itemRef>itemDefinition |
itemDefinition : rootElement | structureRef:qname isCollection:bool itemKind=Information,Physical |
interface : rootElement | name! implementationRef:qname | operation+
operation : baseElement | name! implementationRef:qname | inMessageRef>message! outMessageRef>message? errorRef>error*
partnerEntity : rootElement | name | participantRef>participant*
partnerRole : rootElement | name | participantRef>participant*
resource : rootElement | name! | resourceParameter*
resourceParameter : baseElement | name type:qname isRequired:bool |

collaboration : rootElement | name isClosed:bool | participant* messageFlow* @artifact* @conversationNode* conversationAssociation* participantAssociation* messageFlowAssociation* correlationKey* choreographyRef>choreography* conversationLink*
choreography : collaboration | | @flowElement*
globalChoreographyTask : choreography | initiatingParticipantRef>participant |
globalConversation : collaboration | |
interactionNode : | |
participant : baseElement,interactionNode | name processRef>process | interfaceRef>interface* endPointRef>endPoint* participantMultiplicity?
participantMultiplicity : baseElement | minimum:int maximum:int |
messageFlow : baseElement | name sourceRef>interactionNode! targetRef>interactionNode! messageRef>message |
messageFlowAssociation : baseElement | innerMessageFlowRef>messageFlow! outerMessageFlowRef>messageFlow! |
conversationAssociation : baseElement | innerConversationNodeRef>conversationNode! outerConversationNodeRef>conversationNode! |
participantAssociation : baseElement | | innerParticipantRef>participant! outerParticipantRef>participant!
conversationNode : baseElement,interactionNode | name | participantRef>participant* messageFlowRef>messageFlow* correlationKey*
conversation : conversationNode | |
subConversation : conversationNode | | @conversationNode*
callConversation : conversationNode | calledCollaborationRef>collaboration | participantAssociation*
conversationLink : baseElement | name sourceRef>any! targetRef>any! |
correlationKey : baseElement | name | correlationPropertyRef>correlationProperty*
correlationProperty : rootElement | name type:qname | correlationPropertyRetrievalExpression+
correlationPropertyRetrievalExpression : baseElement | messageRef>message! | messagePath=formalExpression!
correlationSubscription : baseElement | correlationKeyRef>correlationKey! | correlationPropertyBinding*
correlationPropertyBinding : baseElement | correlationPropertyRef>correlationProperty! | dataPath=formalExpression!

callableElement : rootElement | name | supportedInterfaceRef>interface* ioSpecification=inputOutputSpecification? ioBinding=inputOutputBinding*
process : callableElement | processType=None,Public,Private isClosed:bool isExecutable:bool definitionalCollaborationRef>collaboration | auditing? monitoring? property* laneSet* @flowElement* @artifact* @resourceRole* correlationSubscription* supports>process*
globalTask : callableElement | | @resourceRole*
globalBusinessRuleTask : globalTask | implementation |
globalManualTask : globalTask | |
globalScriptTask : globalTask | scriptLanguage | script?
globalUserTask : globalTask | implementation | rendering*
inputOutputBinding : baseElement | operationRef>operation! inputDataRef>any! outputDataRef>any! |
inputOutputSpecification : baseElement | | dataInput* dataOutput* inputSet+ outputSet+
itemAwareElement : baseElement | itemSubjectRef>itemDefinition | dataState?
dataInput : itemAwareElement | name isCollection:bool |
dataOutput : itemAwareElement | name isCollection:bool |
inputSet : baseElement | name | dataInputRefs>dataInput* optionalInputRefs>dataInput* whileExecutingInputRefs>dataInput* outputSetRefs>outputSet*
outputSet : baseElement | name | dataOutputRefs>dataOutput* optionalOutputRefs>dataOutput* whileExecutingOutputRefs>dataOutput* inputSetRefs>inputSet*
auditing : baseElement | |
monitoring : baseElement | |
property : itemAwareElement | name |
laneSet : baseElement | name | lane*
lane : baseElement | name partitionElementRef>any | partitionElement=baseElement? flowNodeRef>flowNode* childLaneSet=laneSet?
resourceRole : baseElement | name | resourceRef>resource? resourceParameterBinding* resourceAssignmentExpression?
performer : resourceRole | |
humanPerformer : performer | |
potentialOwner : humanPerformer | |
resourceParameterBinding : baseElement | parameterRef>resourceParameter! | @expression!
resourceAssignmentExpression : baseElement | | @expression!
rendering : baseElement | |

artifact : baseElement | |
association : artifact | sourceRef>any! targetRef>any! associationDirection=None,One,Both |
group : artifact | categoryValueRef>categoryValue |
textAnnotation : artifact | textFormat | text?

flowElement : baseElement | name | auditing? monitoring? categoryValueRef>categoryValue*
sequenceFlow : flowElement | sourceRef>flowNode! targetRef>flowNode! isImmediate:bool | conditionExpression=expression?
dataObject : flowElement | itemSubjectRef>itemDefinition isCollection:bool | dataState?
dataObjectReference : flowElement | itemSubjectRef>itemDefinition dataObjectRef>dataObject | dataState?
dataStoreReference : flowElement | itemSubjectRef>itemDefinition dataStoreRef>dataStore | dataState?
flowNode : flowElement | | incoming>sequenceFlow* outgoing>sequenceFlow*

activity : flowNode | isForCompensation:bool startQuantity:int completionQuantity:int default>sequenceFlow | ioSpecification=inputOutputSpecification? property* dataInputAssociation* dataOutputAssociation* @resourceRole* @loopCharacteristics?
task : activity,interactionNode | |
sendTask : task | implementation messageRef>message operationRef>operation |
receiveTask : task | implementation instantiate:bool messageRef>message operationRef>operation |
serviceTask : task | implementation operationRef>operation |
businessRuleTask : task | implementation |
userTask : task | implementation | rendering*
manualTask : task | |
scriptTask : task | scriptFormat | script?
callActivity : activity,interactionNode | calledElement>callableElement |
subProcess : activity,interactionNode | triggeredByEvent:bool | laneSet* @flowElement* @artifact*
adHocSubProcess : subProcess | cancelRemainingInstances:bool ordering=Parallel,Sequential | completionCondition=expression?
transaction : subProcess | method |
choreographyActivity : flowNode,interactionNode | initiatingParticipantRef>participant! loopType=None,Standard,MultiInstanceSequential,MultiInstanceParallel | participantRef>participant+ correlationKey*
choreographyTask : choreographyActivity | | messageFlowRef>messageFlow+
subChoreography : choreographyActivity | | @flowElement* @artifact*
callChoreography : choreographyActivity | calledChoreographyRef>choreography | participantAssociation*
loopCharacteristics : baseElement | |
standardLoopCharacteristics : loopCharacteristics | testBefore:bool loopMaximum:int | loopCondition=expression?
multiInstanceLoopCharacteristics : loopCharacteristics | isSequential:bool behavior=None,One,All,Complex oneBehaviorEventRef>eventDefinition noneBehaviorEventRef>eventDefinition | loopCardinality=expression? loopDataInputRef>any? loopDataOutputRef>any? inputDataItem=dataInput? outputDataItem=dataOutput? complexBehaviorDefinition* completionCondition=expression?
complexBehaviorDefinition : baseElement | | condition=formalExpression! event=implicitThrowEvent?

gateway : flowNode | gatewayDirection=Unspecified,Converging,Diverging,Mixed |
exclusiveGateway : gateway | default>sequenceFlow |
inclusiveGateway : gateway | default>sequenceFlow |
parallelGateway : gateway | |
complexGateway : gateway | default>sequenceFlow | activationCondition=expression?
eventBasedGateway : gateway | instantiate:bool eventGatewayType=Exclusive,Parallel |

event : flowNode,interactionNode | | property*
catchEvent : event | parallelMultiple:bool | dataOutput* dataOutputAssociation* outputSet? @eventDefinition* eventDefinitionRef>eventDefinition*
throwEvent : event | | dataInput* dataInputAssociation* inputSet? @eventDefinition* eventDefinitionRef>eventDefinition*
startEvent : catchEvent | isInterrupting:bool |
intermediateCatchEvent : catchEvent | |
boundaryEvent : catchEvent | cancelActivity:bool attachedToRef>activity! |
intermediateThrowEvent : throwEvent | |
endEvent : throwEvent | |
implicitThrowEvent : throwEvent | |
eventDefinition : rootElement | |
cancelEventDefinition : eventDefinition | |
compensateEventDefinition : eventDefinition | waitForCompletion:bool activityRef>activity |
conditionalEventDefinition : eventDefinition | | condition=expression!
errorEventDefinition : eventDefinition | errorRef>error |
escalationEventDefinition : eventDefinition | escalationRef>escalation |
linkEventDefinition : eventDefinition | name! | source>linkEventDefinition* target>linkEventDefinition?
messageEventDefinition : eventDefinition | messageRef>message | operationRef>operation?
signalEventDefinition : eventDefinition | signalRef>signal |
terminateEventDefinition : eventDefinition | |
timerEventDefinition : eventDefinition | | timeDate=expression? timeDuration=expression? timeCycle=expression?

dataAssociation : baseElement | | sourceRef>any* targetRef>any! transformation=formalExpression? assignment*
dataInputAssociation : dataAssociation | |
dataOutputAssociation : dataAssociation | |
assignment : baseElement | | from=expression! to=expression!
expression : baseElement | |
formalExpression : expression | language evaluatesToTypeRef:qname |
"""  # noqa: E501 - a table is read by its lines
"""One line an element; see the module's text."""
