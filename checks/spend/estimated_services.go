package spend

// estimatedServices are the metric's names of services, and what Cost
// Explorer calls the same charges. The metric has the product codes of the
// price list. A service that is not here is compared with the metric's own past.
var estimatedServices = map[string][]string{
	"AmazonApiGateway":  {"Amazon API Gateway"},
	"AmazonAthena":      {"Amazon Athena"},
	"AmazonBedrock":     {"Amazon Bedrock"},
	"AmazonCloudFront":  {"Amazon CloudFront"},
	"AmazonCloudWatch":  {"AmazonCloudWatch"},
	"AmazonDynamoDB":    {"Amazon DynamoDB"},
	"AmazonEC2":         {"Amazon Elastic Compute Cloud - Compute", "EC2 - Other", "Amazon Elastic Block Store", "Amazon Elastic Load Balancing"},
	"AmazonECR":         {"Amazon EC2 Container Registry (ECR)"},
	"AmazonECS":         {"Amazon Elastic Container Service"},
	"AmazonEFS":         {"Amazon Elastic File System"},
	"AmazonEKS":         {"Amazon Elastic Container Service for Kubernetes", "Amazon Elastic Kubernetes Service"},
	"AmazonElastiCache": {"Amazon ElastiCache"},
	"AmazonES":          {"Amazon OpenSearch Service"},
	"AmazonGuardDuty":   {"Amazon GuardDuty"},
	"AmazonKinesis":     {"Amazon Kinesis"},
	"AmazonMSK":         {"Amazon Managed Streaming for Apache Kafka"},
	"AmazonRDS":         {"Amazon Relational Database Service"},
	"AmazonRedshift":    {"Amazon Redshift"},
	"AmazonRoute53":     {"Amazon Route 53"},
	"AmazonS3":          {"Amazon Simple Storage Service"},
	"AmazonSageMaker":   {"Amazon SageMaker"},
	"AmazonSES":         {"Amazon Simple Email Service"},
	"AmazonSNS":         {"Amazon Simple Notification Service"},
	"AmazonVPC":         {"Amazon Virtual Private Cloud"},
	"AmazonWorkSpaces":  {"Amazon WorkSpaces"},
	"AWSCloudTrail":     {"AWS CloudTrail"},
	"AWSConfig":         {"AWS Config"},
	"AWSGlue":           {"AWS Glue"},
	"AWSLambda":         {"AWS Lambda"},
	"AWSQueueService":   {"Amazon Simple Queue Service"},
	"AWSSecretsManager": {"AWS Secrets Manager"},
	"awskms":            {"AWS Key Management Service"},
	"ElasticMapReduce":  {"Amazon Elastic MapReduce"},
}

// AllServices stands in the place of a service in the early sign of a whole
// account; Cost Explorer has none of that name.
const AllServices = "All services"

// costNames is how Cost Explorer calls a service of the metric, nil where that
// is not known.
func costNames(service string) []string { return estimatedServices[service] }

// CostService is the service as an alert names it: by Cost Explorer's name
// where that is known, else as the metric writes it; AllServices for "".
func CostService(estimated string) string {
	if estimated == "" {
		return AllServices
	}
	if names := costNames(estimated); len(names) > 0 {
		return names[0]
	}
	return estimated
}

// EstimatedService is how the metric calls a service of Cost Explorer, its own
// name where that is not known.
func EstimatedService(cost string) string {
	for code, names := range estimatedServices {
		for _, name := range names {
			if name == cost {
				return code
			}
		}
	}
	return cost
}
