package yardstick

// place is where a series is billed.
type place int

const (
	home   place = iota // the account's main region
	each                // all regions that it uses, the main one most
	global              // "global", as CloudFront and Route 53 are
	none                // "NoRegion": fees, domains, the marketplace
	used                // a region that it uses beside the main one, if it has one
	fresh               // a region that it never used
)

// rhythm is how the days of a series follow each other.
type rhythm int

const (
	steady rhythm = iota
	lumpy         // a day's usage is a few big pieces
	sparse        // most days nothing
	weekly        // most of a week on one day: backups
	office        // as people work: little at weekends and on holidays
)

// part is one service of an archetype.
type part struct {
	service string
	share   float64 // of the account's day
	place   place
	rhythm  rhythm
	sigma   float64 // standard deviation of the logarithm from day to day
}

// style is an archetype. Dollars a day are drawn log-uniform between low and high.
type style struct {
	name      string
	low, high float64
	regions   int     // at most
	weekend   float64 // of a weekday
	holiday   float64 // of a usual day
	season    float64 // multiple at the height of November; 1 knows no season
	parts     []part
}

const (
	ec2        = "Amazon Elastic Compute Cloud - Compute"
	ec2Other   = "EC2 - Other"
	rds        = "Amazon Relational Database Service"
	elb        = "Amazon Elastic Load Balancing"
	s3         = "Amazon Simple Storage Service"
	cloudwatch = "AmazonCloudWatch"
	lambda     = "AWS Lambda"
	dynamodb   = "Amazon DynamoDB"
	cloudfront = "Amazon CloudFront"
	kms        = "AWS Key Management Service"
	sqs        = "Amazon Simple Queue Service"
	sns        = "Amazon Simple Notification Service"
	ses        = "Amazon Simple Email Service"
	kinesis    = "Amazon Kinesis"
	athena     = "Amazon Athena"
	glue       = "AWS Glue"
	emr        = "Amazon Elastic MapReduce"
	eks        = "Amazon Elastic Container Service for Kubernetes"
	ecs        = "Amazon Elastic Container Service"
	sagemaker  = "Amazon SageMaker"
	backup     = "AWS Backup"
	route53    = "Amazon Route 53"
	cloudtrail = "AWS CloudTrail"
	cache      = "Amazon ElastiCache"
	vpc        = "Amazon Virtual Private Cloud"
	transfer   = "AWS Data Transfer"
)

var styles = []style{
	{"saas", 250, 6000, 4, 0.86, 0.92, 1, []part{
		{ec2, 0.36, each, steady, 0.05}, {rds, 0.2, each, steady, 0.03}, {elb, 0.04, each, steady, 0.05}, {cache, 0.06, home, steady, 0.02},
		{ec2Other, 0.12, each, steady, 0.08}, {s3, 0.06, home, steady, 0.04}, {cloudwatch, 0.05, home, steady, 0.12}, {cloudfront, 0.05, global, steady, 0.14}, {lambda, 0.02, home, steady, 0.18}, {vpc, 0.02, home, steady, 0.02}}},
	{"platform", 6000, 45000, 5, 0.9, 0.95, 1, []part{
		{ec2, 0.3, each, steady, 0.04}, {eks, 0.02, each, steady, 0.02}, {rds, 0.12, each, steady, 0.03}, {dynamodb, 0.1, each, steady, 0.06}, {s3, 0.14, each, steady, 0.02}, {ec2Other, 0.14, each, steady, 0.05}, {kinesis, 0.04, home, steady, 0.05}, {cloudwatch, 0.06, each, steady, 0.09}, {lambda, 0.04, each, steady, 0.09}, {kms, 0.01, each, steady, 0.06}, {cloudfront, 0.03, global, steady, 0.1}}},
	{"gov", 80, 1500, 2, 0.97, 0.98, 1, []part{
		{ec2, 0.45, each, steady, 0.03}, {rds, 0.2, home, steady, 0.02}, {"Amazon FSx", 0.1, home, steady, 0.02}, {ec2Other, 0.12, each, steady, 0.05}, {"AWS Directory Service", 0.03, home, steady, 0.01}, {backup, 0.06, home, weekly, 0.1}}},
	{"archive", 30, 900, 1, 1, 1, 1, []part{{"Amazon Glacier", 0.5, home, steady, 0.01}, {s3, 0.35, home, steady, 0.02}, {backup, 0.15, home, weekly, 0.2}}},
	{"dev", 8, 180, 2, 0.3, 0.35, 1, []part{
		{ec2, 0.5, home, office, 0.2}, {rds, 0.15, home, office, 0.12}, {ec2Other, 0.14, home, office, 0.2}, {eks, 0.05, home, steady, 0.03}, {s3, 0.03, home, steady, 0.06}, {cloudwatch, 0.05, home, office, 0.25}, {lambda, 0.02, used, office, 0.6}, {"AWS CodeBuild", 0.04, home, lumpy, 0.5}}},
	{"serverless", 10, 900, 2, 0.8, 0.85, 1, []part{
		{lambda, 0.3, each, steady, 0.12}, {dynamodb, 0.25, home, steady, 0.1}, {"Amazon API Gateway", 0.12, home, steady, 0.12}, {cloudwatch, 0.14, home, steady, 0.15}, {sqs, 0.04, home, steady, 0.15}, {sns, 0.02, home, lumpy, 0.4}, {s3, 0.06, home, steady, 0.06}, {"AWS Step Functions", 0.04, home, lumpy, 0.3}, {kms, 0.02, home, steady, 0.1}}},
	{"sandbox", 0.1, 12, 2, 0.4, 0.5, 1, []part{{ec2, 0.5, home, sparse, 0.7}, {s3, 0.05, home, steady, 0.1}, {ec2Other, 0.2, home, steady, 0.3}, {lambda, 0.05, used, sparse, 0.8}, {rds, 0.2, home, sparse, 0.4}}},
	{"lake", 150, 3500, 2, 0.9, 0.95, 1, []part{
		{s3, 0.35, home, steady, 0.03}, {glue, 0.12, home, lumpy, 0.3}, {athena, 0.08, home, lumpy, 0.5}, {emr, 0.1, home, lumpy, 0.35}, {"Amazon Redshift", 0.2, home, steady, 0.03}, {kinesis, 0.06, home, steady, 0.05}, {ec2Other, 0.05, home, steady, 0.12}, {kms, 0.02, home, steady, 0.1}}},
	{"ml", 40, 1500, 2, 0.7, 0.7, 1, []part{{sagemaker, 0.35, home, lumpy, 0.4}, {ec2, 0.3, home, lumpy, 0.35}, {s3, 0.15, home, steady, 0.03}, {"Amazon Elastic Container Registry (ECR)", 0.02, home, steady, 0.05}, {cloudwatch, 0.03, home, steady, 0.2}, {"Amazon Bedrock", 0.08, used, lumpy, 0.5}}},
	{"retail", 200, 4000, 3, 1.18, 1.1, 2.6, []part{
		{ec2, 0.3, each, steady, 0.06}, {"Amazon Aurora", 0.2, home, steady, 0.04}, {dynamodb, 0.1, home, steady, 0.1}, {cache, 0.06, home, steady, 0.02}, {cloudfront, 0.09, global, steady, 0.12}, {elb, 0.04, home, steady, 0.06}, {ec2Other, 0.1, each, steady, 0.09}, {s3, 0.04, home, steady, 0.04}, {"Amazon OpenSearch Service", 0.05, home, steady, 0.02}}},
	{"edge", 60, 2500, 2, 1.22, 1.15, 1.5, []part{{cloudfront, 0.5, global, steady, 0.16}, {s3, 0.15, home, steady, 0.05}, {"AWS WAF", 0.06, global, steady, 0.08}, {lambda, 0.06, each, steady, 0.15}, {"AWS Elemental MediaConvert", 0.1, home, lumpy, 0.6}, {ec2Other, 0.05, home, steady, 0.15}}},
	{"hpc", 60, 3000, 2, 0.75, 0.6, 1, []part{{ec2, 0.6, home, lumpy, 0.3}, {"Amazon FSx", 0.15, home, steady, 0.04}, {s3, 0.1, home, steady, 0.03}, {ec2Other, 0.1, home, steady, 0.2}, {cloudwatch, 0.02, home, steady, 0.15}}},
	{"network", 90, 700, 3, 0.95, 0.95, 1, []part{{vpc, 0.35, each, steady, 0.02}, {ec2Other, 0.35, each, steady, 0.06}, {transfer, 0.2, home, steady, 0.15}, {"AWS Direct Connect", 0.1, home, steady, 0.01}}},
	{"tiny", 0.3, 25, 1, 0.92, 0.95, 1.1, []part{{"Amazon Lightsail", 0.4, home, steady, 0.01}, {s3, 0.15, home, steady, 0.12}, {cloudfront, 0.15, global, steady, 0.4}, {ses, 0.05, home, lumpy, 0.7}, {ec2, 0.2, home, steady, 0.03}}},
	{"payer", 20, 120, 1, 1, 1, 1, []part{{cloudtrail, 0.3, home, steady, 0.08}, {"AWS Config", 0.3, home, lumpy, 0.3}, {"Amazon GuardDuty", 0.25, each, steady, 0.1}, {s3, 0.1, home, steady, 0.05}}},
}

// everywhere are the pennies of every account, in dollars a day at the median.
var everywhere = []part{
	{kms, 0.08, home, steady, 0.15}, {"AWS Secrets Manager", 0.25, home, steady, 0.05}, {"AWS Config", 0.3, home, lumpy, 0.5},
	{"Amazon GuardDuty", 0.4, home, steady, 0.15}, {sns, 0.02, home, sparse, 0.8}, {cloudwatch, 0.3, home, steady, 0.2}, {sqs, 0.03, home, sparse, 0.6},
}

var regions = []string{"eu-west-1", "us-east-1", "eu-central-1", "us-east-2", "ap-south-1", "us-west-2", "ca-central-1", "ap-northeast-1", "sa-east-1", "eu-west-3", "ap-southeast-1", "eu-north-1", "me-south-1", "af-south-1"}

var govRegions = []string{"us-gov-west-1", "us-gov-east-1"}
