package cloud

// AWS's names of the services that the demo buys, as Cost Explorer writes them.
const (
	ServiceEC2       = "Amazon Elastic Compute Cloud - Compute"
	ServiceSageMaker = "Amazon SageMaker"

	ec2Other  = "EC2 - Other"
	s3        = "Amazon Simple Storage Service"
	rds       = "Amazon Relational Database Service"
	lambda    = "AWS Lambda"
	dynamo    = "Amazon DynamoDB"
	watch     = "AmazonCloudWatch"
	elb       = "Amazon Elastic Load Balancing"
	kms       = "AWS Key Management Service"
	vpc       = "Amazon Virtual Private Cloud"
	route53   = "Amazon Route 53"
	trail     = "AWS CloudTrail"
	configure = "AWS Config"
	guardDuty = "Amazon GuardDuty"
	redshift  = "Amazon Redshift"
	glue      = "AWS Glue"
	athena    = "Amazon Athena"
	cdn       = "Amazon CloudFront"
	backup    = "AWS Backup"
	convert   = "AWS Elemental MediaConvert"
	support   = "AWS Support (Business)"

	emr         = "Amazon Elastic MapReduce"
	email       = "Amazon Simple Email Service"
	registrar   = "Amazon Registrar"
	marketplace = "AWS Marketplace"
)

// profile is what a kind of account buys on a weekday.
type profile []purchase

type purchase struct {
	service string
	dollars float64
	weekend int // percent of a weekday
	growth  int // millionths a day
}

var (
	payments     = profile{{rds, 212, 0, 200}, {ec2Other, 94, 0, 200}, {s3, 31, 0, 400}, {elb, 27, 0, 0}, {dynamo, 63, 96, 300}, {watch, 18, 0, 0}, {kms, 4, 0, 0}}
	backend      = profile{{ServiceEC2, 88, 92, 200}, {rds, 61, 0, 200}, {lambda, 9, 88, 300}, {elb, 11, 0, 0}, {s3, 7, 0, 400}, {watch, 6, 0, 0}}
	website      = profile{{ServiceEC2, 52, 95, 100}, {rds, 38, 0, 100}, {cdn, 24, 85, 200}, {s3, 6, 0, 300}, {route53, 1.6, 0, 0}}
	lake         = profile{{s3, 260, 0, 500}, {redshift, 190, 0, 100}, {glue, 74, 60, 200}, {athena, 33, 35, 200}, {kms, 3.5, 0, 0}, {watch, 8, 0, 0}}
	media        = profile{{convert, 120, 80, 200}, {s3, 85, 0, 500}, {cdn, 66, 108, 200}, {lambda, 5, 0, 0}}
	playground   = profile{{ServiceEC2, 58, 40, 0}, {s3, 9, 0, 300}, {lambda, 2.4, 45, 0}, {dynamo, 3, 50, 0}, {watch, 2, 0, 0}}
	archive      = profile{{s3, 140, 0, 600}, {backup, 46, 0, 300}, {kms, 2.5, 0, 0}, {trail, 12, 90, 0}}
	corePlatform = profile{{vpc, 44, 0, 0}, {guardDuty, 37, 94, 200}, {configure, 21, 85, 0}, {trail, 14, 92, 0}, {watch, 9, 0, 0}, {kms, 2, 0, 0}}
	leftover     = profile{{s3, 2.2, 0, 0}, {route53, 1.5, 0, 0}, {kms, 0.6, 0, 0}, {watch, 0.3, 0, 0}}
)

// noise is plus or minus so many thousandths: far from the half that would
// make a rise.
const noise = 60

// demoCosts is the account's profile, and what else it is used to.
func demoCosts(row demoAccount) []Cost {
	var costs []Cost
	scaled := func(dollars float64) Money { return Dollars(dollars) * Money(row.percent) / 100 }
	var sum Money
	for _, p := range row.profile {
		costs = append(costs, Cost{Service: p.service, Region: regionOf(p.service), Amount: scaled(p.dollars), Weekend: p.weekend, Growth: p.growth, Noise: noise})
		sum += scaled(p.dollars)
	}
	// Support is split over the accounts, a share each: below any floor.
	if share := sum / 20; share >= Dollars(5) {
		costs = append(costs, Cost{Service: support, Region: NoRegion, Record: RecordSupport, Rhythm: FirstOfMonth, Amount: min(share, Dollars(22))})
	}
	costs = append(costs, Cost{Service: "Tax", Region: NoRegion, Record: RecordTax, Rhythm: FirstOfMonth, Amount: sum * 30 / 12})
	return append(costs, habits[row.name]...)
}

// regionOf is global for what AWS bills without a region.
func regionOf(service string) string {
	switch service {
	case route53, cdn:
		return ""
	}
	return "us-east-1"
}
